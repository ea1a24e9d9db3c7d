from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from onvif_privacy.community.forms import PublicPostMixin
from tests.community.board.models import Post

if TYPE_CHECKING:
    PostModelForm = forms.ModelForm[Post]
else:
    PostModelForm = forms.ModelForm


class PostForm(PublicPostMixin, PostModelForm):
    class Meta:
        model = Post
        fields = ["title", "body"]
