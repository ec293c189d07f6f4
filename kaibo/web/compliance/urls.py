"""Addresses of the pages of compliance."""

from django.urls import path

from kaibo.web.compliance import reviews

urlpatterns = [
    path("compliance/", reviews.review_list, name="compliance"),
    path("compliance/reviews/new/", reviews.review_new, name="review_new"),
    path("compliance/reviews/<int:review_id>/", reviews.review_page, name="review"),
    path("compliance/reviews/<int:review_id>/texts/<int:text_id>/", reviews.text_change, name="review_text"),
    path("compliance/reviews/<int:review_id>/recheck/", reviews.review_recheck, name="review_recheck"),
    path("compliance/reviews/<int:review_id>/approve/", reviews.review_approve, name="review_approve"),
    path("compliance/reviews/<int:review_id>/return/", reviews.review_return, name="review_return"),
    path("shows/<str:show_id>/review-lineup/", reviews.lineup_review, name="lineup_review"),
]
