"""What time moves on in this room."""

from __future__ import annotations

from portal.core import tick
from portal.members import (
    agreements_refused,
    departures,
    exposure,
    office_messages,
    reminders,
    retention,
    tallies,
    validation,
)

tick.step("members: agreements refused")(agreements_refused.suspend_refusing)
tick.step("members: agreements accepted after all")(agreements_refused.lift_accepting)
tick.step("members: departures")(departures.handle_all)
tick.step("members: dormancy")(reminders.warn_of_dormancy)
tick.step("members: validation asked")(validation.ask_due)
tick.step("members: validation answered")(validation.complete_answered)
tick.step("members: applications ended")(retention.destroy_ended)
tick.step("members: far more read than usual")(tallies.alarm_of_much_reading)
tick.step("members: old tallies")(tallies.forget_old)
tick.step("members: exposure report")(exposure.take_weekly)
tick.step("members: messages to office holders")(office_messages.move_on)
