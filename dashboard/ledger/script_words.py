"""The sentences of the scripts of a problem's page and of the report form."""

from dashboard.frame.page_words import leaving_words
from dashboard.parts.wording import _


def script_words() -> dict[str, str]:
    """The sentences that the ledger's scripts show, by key, with named placeholders."""
    return {
        "cancel": _("Cancel"),
        "close": _("Close"),
        "add_photo": _("Add a photo"),
        "remove": _("Remove"),
        "again": _("Try again"),
        "sending": _("Sending {n} %"),
        "checking": _("Being checked"),
        "kept": _("Kept"),
        "kept_smaller": _("Kept, made smaller; the original was too large"),
        "photo_nth": _("photo {n}"),
        "photo_lost": _("{name} is no longer in this browser; add it again"),
        "wait_photos": _("Wait until the photos have been sent."),
        "unsent_photos": _("Photos not uploaded: {n}"),
        "without_photo": _("Without this one"),
        "without_photos": _("Without these {n}"),
        "too_many_photos": _("At most {most}; photos not added: {n}."),
        **leaving_words(),
        "need_photo": _("Add at least one photo."),
        "need_text": _("Please fill this in."),
        "need_choice": _("Please choose."),
        "need_either": _("Write something or add a photo."),
        "need_place": _("Give the place."),
        "locate": _("Take the device's place"),
        "locating": _("Asking for the device's place"),
        "no_place": _("The device gave no place; mark it on the map."),
        "place_is": _("{lon}, {lat}, accurate to {n} m"),
        "place_marked": _("{lon}, {lat}, marked on the map"),
        "move_pin": _("Click the map to mark the place"),
        "working": _("Being written"),
        "on_its_way": _(
            "It is on its way to the server and may be done all the same. Leave without the answer?"
        ),
        "wait": _("Wait"),
        "leave": _("Leave"),
        "no_answer": _(
            "The server did not answer; it may have been done all the same. What is filled in "
            "stays here; sending it again does nothing twice."
        ),
        "offline": _("The server can't be reached. Keep this page open and try again."),
        "unreachable": _(
            "The server can't be reached now ({status}). What is filled in stays here; "
            "try again in a while."
        ),
        "not_taken": _(
            "The server did not take it ({status}). What is filled in stays here; try again."
        ),
        "signed_out": _("You are signed out; sign in again in another tab and repeat."),
        "conflict": _("{reason} The page has been brought up to date."),
        "state_now": _("State now: {status}."),
        "step_again": _("What you filled in is still here; check it and confirm again."),
        "step_gone": _("This step can't be taken now; what you wrote stays here for you to copy."),
        "previous": _("Previous photo"),
        "next": _("Next photo"),
        "photo_of": _("Photo {n} of {count}"),
    }
