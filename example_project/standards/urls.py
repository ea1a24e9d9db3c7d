"""Addresses of the site's own pages."""

from __future__ import annotations

from django.urls import path

from standards.views import accounts, board, mails, pages, publications, shop

urlpatterns = [
    path("", pages.home, name="home"),
    path("about/", pages.about, name="about"),
    path("tour/", pages.tour, name="tour"),
    path("film/", pages.film, name="film"),
    path("mails/", mails.mails, name="mails"),
    path("news/", publications.news_list, name="news"),
    path("news/<slug:slug>/", publications.news_item, name="news-item"),
    path("products/", publications.product_list, name="products"),
    path("products/<slug:slug>/", publications.product, name="product"),
    path("knowledge/", publications.article_list, name="knowledge"),
    path("knowledge/<slug:slug>/", publications.article, name="article"),
    path("shop/", shop.shop, name="shop"),
    path("shop/basket/", shop.basket, name="basket"),
    path("shop/basket/<slug:slug>/", shop.change_basket, name="change-basket"),
    path("shop/check-out/", shop.check_out, name="check-out"),
    path("shop/orders/<slug:number>/", shop.order, name="order"),
    path("board/", board.board_list, name="boards"),
    path("board/<slug:slug>/", board.board, name="board"),
    path("board/<slug:slug>/<int:pk>/", board.topic, name="topic"),
    path("members/", board.members, name="members"),
    path("accounts/register/", accounts.register, name="register"),
]
