"""What the access rule tells those that keep something in step with it."""

from django.dispatch import Signal

# Sent with `sender` (the model) and `pk` when the tokens of a thing were derived anew, in the transaction that changed
# it: after each saving and each change of its audience.
derived = Signal()
