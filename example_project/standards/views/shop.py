"""The shop: items, basket, check-out, confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from onvif_privacy.core import subjects
from onvif_privacy.people.services import initial_for
from standards.basket import Basket, Row
from standards.forms import CheckOutForm, QuantityForm
from standards.mails import confirm_order
from standards.models import Item, Order, OrderLine


@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    """Everything the shop sells."""
    return render(request, "standards/shop.html", {"items": Item.objects.all()})


@never_cache
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    """What the visitor is about to order."""
    return render(request, "standards/basket.html", {"basket": Basket(request)})


@require_POST
def change_basket(request: HttpRequest, slug: str) -> HttpResponse:
    """Add one of an item, or keep as many as the field "quantity" says."""
    item = get_object_or_404(Item, slug=slug)
    visitors_basket = Basket(request)
    if "quantity" not in request.POST:
        visitors_basket.add(item)
        messages.success(request, _("“%(title)s” is in your basket.") % {"title": item.title})
        return redirect("basket")
    form = QuantityForm(request.POST)
    if form.is_valid():
        visitors_basket.set(item, form.cleaned_data["quantity"])
    else:
        messages.error(request, _("Please give a number between 0 and 20."))
    return redirect("basket")


@never_cache
def check_out(request: HttpRequest) -> HttpResponse:
    """Ask for the address, store the order, confirm it by mail."""
    visitors_basket = Basket(request)
    rows = list(visitors_basket)
    if not rows:
        return redirect("basket")
    form = CheckOutForm(request.POST or None, request.FILES or None, initial=initial_for(request, CheckOutForm))
    if request.method == "POST" and form.is_valid():
        order = place_order(request.user, form, rows)
        visitors_basket.clear()
        confirm_order(order)
        return redirect("order", order.number)
    return render(request, "standards/check_out.html", {"form": form, "rows": rows, "basket": visitors_basket})


def place_order(user: AbstractBaseUser | AnonymousUser, form: CheckOutForm, rows: list[Row]) -> Order:
    """Store an order with its rows and, for who wants it, their details for the next one."""
    with transaction.atomic():
        order = Order.objects.create(customer=user if isinstance(user, User) else None, **form.order_values())
        OrderLine.objects.bulk_create(
            OrderLine(order=order, title=row.item.title, quantity=row.quantity, price=row.item.price) for row in rows
        )
        if isinstance(user, User) and form.cleaned_data["remember"]:
            form.keep(subjects.for_user(user))
    return order


@never_cache
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation of an order; its number cannot be guessed."""
    found = get_object_or_404(Order.objects.prefetch_related("lines"), number=number)
    return render(request, "standards/order.html", {"order": found})
