"""Sign-in and one's own account.

allauth's views are routed one by one: what is not here does not exist. Nobody signs up by themselves, and the
log-ins that Wagtail brings open a session with a password alone, so they are nowhere.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from portal.members.views import account as views, addresses, passkeys, sessions

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
    re_path(r"^account/confirm-email/(?P<key>[-:\w]+)/$", addresses.confirm, name="account_confirm_email"),
    path("account/email/", addresses.change, name="account_email"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/code/", mfa.authenticate, name="mfa_authenticate"),
    path("account/second-factor/", mfa.index, name="mfa_index"),
    path("account/second-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "account/second-factor/reauthenticate/passkey/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", passkeys.remove_app, name="mfa_deactivate_totp"),
    path("account/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("account/passkeys/add/", passkeys.add, name="mfa_add_webauthn"),
    path("account/passkeys/sign-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("account/passkeys/<int:pk>/rename/", passkeys.rename, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", passkeys.remove, name="mfa_remove_webauthn"),
    path("account/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/sessions/", sessions.sessions, name="account_sessions"),
    path("account/sessions/extend/", sessions.extend, name="session_extend"),
    path("account/sessions/end-others/", sessions.end_others, name="session_end_others"),
    path("account/sessions/<slug:handle>/end/", sessions.end, name="session_end"),
    path("account/feed/", views.feed_tokens, name="feed_tokens"),
    path("account/feed/<int:pk>/revoke/", views.revoke_feed_token, name="revoke_feed_token"),
]
