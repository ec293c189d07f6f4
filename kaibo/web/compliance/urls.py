"""Addresses of the pages of compliance."""

from django.urls import path

from kaibo.web.compliance import books, cases, reviews

urlpatterns = [
    path("compliance/", reviews.review_list, name="compliance"),
    path("compliance/reviews/new/", reviews.review_new, name="review_new"),
    path("compliance/reviews/<int:review_id>/", reviews.review_page, name="review"),
    path("compliance/reviews/<int:review_id>/texts/<int:text_id>/", reviews.text_change, name="review_text"),
    path("compliance/reviews/<int:review_id>/recheck/", reviews.review_recheck, name="review_recheck"),
    path("compliance/reviews/<int:review_id>/approve/", reviews.review_approve, name="review_approve"),
    path("compliance/reviews/<int:review_id>/return/", reviews.review_return, name="review_return"),
    path("compliance/cases/", cases.case_list, name="cases"),
    path("compliance/cases/<int:case_id>/", cases.case_page, name="case"),
    path("compliance/cases/<int:case_id>/take/", cases.case_take, name="case_take"),
    path("compliance/cases/<int:case_id>/step/", cases.case_step, name="case_step"),
    path("compliance/cases/<int:case_id>/hits/<int:hit_id>/", cases.case_recording, name="case_recording"),
    path("compliance/cases/<int:case_id>/hits/<int:hit_id>/sound.wav", cases.case_sound, name="case_sound"),
    path("compliance/rules/", cases.measures_page, name="compliance_rules"),
    path("compliance/proposals/<int:proposal_id>/", cases.proposal_decide, name="proposal_decide"),
    path("compliance/handbook/", books.handbook, name="handbook"),
    path("compliance/papers/", books.papers, name="papers"),
    path("compliance/papers/changes/", books.change_note, name="change_note"),
    path("compliance/papers/changes/<int:change_id>/", books.change_decide, name="change_decide"),
    path("compliance/papers/marks/", books.mark_note, name="mark_note"),
    path("compliance/export.zip", cases.hand_over, name="case_export"),
    path("shows/<str:show_id>/review-lineup/", reviews.lineup_review, name="lineup_review"),
]
