"""The table of PAYMENTS.md section 4, row by row: what goes wrong, and the tests that show the right outcome."""

from importlib import import_module

import pytest

ROWS = {
    "the same event 5 times in a row, or 8 at once": [
        "test_webhooks.test_the_same_event_five_times_is_one_enrollment_and_one_mail",
        "test_races.test_eight_webhooks_are_one_enrollment_and_one_mail",
        "test_loop.test_every_event_twice_and_at_once",
    ],
    "reverse or shuffled order, even a refund seen before completed": [
        "test_webhooks.test_a_refund_seen_before_completed_means_no_access",
        "test_webhooks.test_all_events_of_a_delayed_payment_in_any_order_enroll_once",
        "test_loop.test_everything_backwards",
        "test_property.test_any_shuffle_repetition_and_loss_ends_where_the_model_does",
        "test_property.test_a_thousand_mixed_events_of_many_buyers_end_where_the_model_does",
    ],
    "webhook before the buyer returns": ["test_webhooks.test_a_webhook_before_landing_lets_the_page_say_so"],
    "buyer returns before the webhook": [
        "test_checkout.test_approved_card_opens_the_course_on_landing",
        "test_webhooks.test_a_webhook_after_landing_changes_nothing",
    ],
    "both at once": [
        "test_races.test_webhook_and_landing_at_once_are_one_enrollment",
        "test_processes.test_two_processes_get_the_press_the_landing_and_the_webhooks_at_once",
    ],
    "webhook never comes": [
        "test_reconcile.test_sweep_enrolls_whom_no_webhook_told_of",
        "test_reconcile.test_the_command_prints_what_it_repaired_and_then_finds_nothing",
    ],
    "refund or dispute webhook never comes": [
        "test_reconcile.test_a_refund_that_nobody_told_us_of_is_found",
        "test_reconcile.test_a_dispute_that_nobody_told_us_of_is_found",
        "test_reconcile_runs.test_the_sweep_compares_everything_once_a_day",
    ],
    "landing without paying; invented or someone else's session id": [
        "test_checkout.test_canceled_checkout_says_that_nothing_was_charged",
        "test_checkout.test_an_invented_session_is_unknown",
        "test_checkout.test_the_session_of_another_order_is_unknown",
        "test_checkout.test_landing_again_later_gives_nothing_new",
        "test_checkout.test_landing_after_a_refund_does_not_open_the_course_again",
    ],
    "delayed method: completed, unpaid": [
        "test_checkout.test_delayed_payment_is_on_its_way_until_the_bank_confirms",
        "test_checkout.test_delayed_payment_that_fails_may_be_bought_again",
        "test_faults_orders.test_a_delayed_payment_that_fails_frees_its_seat",
        "test_loop.test_a_delayed_payment_from_beginning_to_end",
    ],
    "full refund, by our page or Stripe's": [
        "test_webhooks.test_a_full_refund_closes_the_course_and_keeps_the_progress",
        "test_refunds.test_a_buyer_asks_and_staff_approve",
        "test_refunds.test_after_a_full_refund_one_buys_again_and_goes_on",
        "test_sync.test_completed_before_the_refund_is_put_before_staff",
    ],
    "partial refund": ["test_webhooks.test_a_partial_refund_leaves_access"],
    "refund fails later": [
        "test_webhooks.test_a_refund_that_fails_later_returns_access_and_asks_a_person",
        "test_faults_orders.test_a_refund_that_comes_back_days_later_gives_access_again",
        "test_refunds.test_a_refund_that_fails_later_gives_the_part_back",
    ],
    "dispute opened; inquiry": [
        "test_faults_orders.test_the_life_of_a_dispute",
        "test_webhooks.test_an_inquiry_only_tells_staff",
    ],
    "double click, two tabs": [
        "test_races.test_eight_presses_are_one_order_and_one_session",
        "test_checkout.test_pressing_twice_is_one_order_and_one_session",
        "test_processes.test_two_processes_get_the_press_the_landing_and_the_webhooks_at_once",
        "test_faults_refunds.test_a_refund_confirmed_again_does_not_go_out_again",
    ],
    "paid twice all the same": [
        "test_faults_orders.test_paid_twice_through_two_orders_goes_back_with_one_press",
        "test_faults_races.test_two_orders_for_one_course_paid_at_once_are_one_enrollment",
        "test_queue.test_the_second_payment_goes_back_with_one_press",
    ],
    "enrolled person presses Enroll": ["test_checkout.test_who_is_enrolled_is_not_sent_to_pay"],
    "amount tampered in the form": ["test_checkout.test_a_price_in_the_form_is_not_read"],
    "session amount, currency or reference differs from the order": [
        "test_faults_orders.test_a_session_that_differs_from_the_order_is_not_fulfilled",
        "test_sync.test_a_payment_that_does_not_fit_gives_nothing_and_asks_a_person",
    ],
    "someone else's session, unknown event type": [
        "test_webhooks.test_what_is_not_ours_is_written_down_and_answered",
        "test_webhooks.test_an_event_of_the_other_mode_is_ignored",
    ],
    "bad, old, missing, v0-only, wrong-secret signature; altered body": [
        "test_webhooks.test_what_stripe_did_not_sign_is_refused",
        "test_faults_signatures.test_the_age_of_a_signature",
        "test_faults_signatures.test_a_clock_of_ours_that_is_off",
        "test_faults_signatures.test_a_secret_is_changed_without_losing_an_event",
        "test_faults_signatures.test_while_stripe_signs_with_both_secrets_one_that_fits_is_enough",
    ],
    "replay within 5 minutes": ["test_webhooks.test_a_replay_within_five_minutes_changes_nothing"],
    "crash or database gone between charge and enrollment": [
        "test_processes.test_killed_in_the_webhook_stripes_retry_alone_heals",
        "test_processes.test_killed_on_the_landing_page_reconcile_payments_alone_heals",
        "test_processes.test_killed_when_the_session_was_made_the_next_press_gets_the_same_session",
        "test_processes.test_killed_when_the_refund_was_made_it_is_made_once_and_known",
        "test_faults_database.test_locked_when_the_webhook_comes",
        "test_faults_database.test_locked_between_reading_stripe_and_writing_it_down",
        "test_webhooks.test_a_crash_while_enrolling_leaves_nothing_half_done",
    ],
    "Stripe's API down during the webhook": [
        "test_faults_stripe.test_a_webhook_that_cannot_read_all_of_it_comes_again",
        "test_faults_stripe.test_a_refund_of_an_unread_payment_comes_again_too",
        "test_loop.test_a_webhook_that_finds_stripe_down_comes_again",
    ],
    "two people, last seat": [
        "test_races.test_two_people_and_the_last_seat",
        "test_processes.test_two_processes_sell_the_last_seat_once",
        "test_faults_races.test_two_have_paid_for_the_last_seat",
    ],
    "course unpublished during checkout": [
        "test_faults_orders.test_a_course_taken_down_during_checkout_is_open_to_who_paid_and_to_nobody_else",
    ],
    "account erased during checkout": [
        "test_faults_orders.test_an_account_closed_during_checkout_leaves_the_order_for_a_refund",
        "test_faults_orders.test_who_has_an_order_cannot_be_deleted",
    ],
    "Stripe's answer is lost, or there is none": [
        "test_faults_stripe.test_a_session_whose_answer_was_lost_is_the_only_one",
        "test_faults_stripe.test_nothing_was_charged_is_said_where_it_is_true",
        "test_faults_stripe.test_whoever_has_paid_is_not_told_that_nothing_was_charged_on_landing",
        "test_faults_stripe.test_whoever_has_paid_is_not_told_that_nothing_was_charged_on_pressing_again",
        "test_faults_refunds.test_a_refund_that_stripe_did_not_take_goes_out_later_once",
        "test_faults_refunds.test_a_refund_whose_answer_was_lost_is_the_only_one",
    ],
}
"""Row -> module.test, in `payments.tests`. The last row is issue 4's own."""


@pytest.mark.parametrize(("row", "name"), [(row, name) for row, names in ROWS.items() for name in names])
def test_every_row_has_its_tests(row: str, name: str) -> None:
    module, _, test = name.partition(".")
    assert callable(getattr(import_module(f"payments.tests.{module}"), test, None)), f"{row}: {name} is not there"


def test_all_rows_of_the_table_are_here() -> None:
    assert len(ROWS) == 26 + 1
