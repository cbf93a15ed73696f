"""Sign-in and one's own account.

allauth's views are routed one by one: what is not here does not exist. Nobody signs up by themselves, and the
log-ins that Wagtail brings open a session with a password alone, so they are nowhere.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from portal.members import views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^account/confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/code/", mfa.authenticate, name="mfa_authenticate"),
    path("account/second-factor/", mfa.index, name="mfa_index"),
    # An app is not removed here: the last second factor stays. allauth asks for the name.
    path("account/second-factor/", mfa.index, name="mfa_deactivate_totp"),
    path("account/second-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "account/recovery-codes/download/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("account/feed/", views.feed_tokens, name="feed_tokens"),
    path("account/feed/<int:pk>/revoke/", views.revoke_feed_token, name="revoke_feed_token"),
]
