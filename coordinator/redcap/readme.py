"""The README of a download: what to click in REDCap, in which order, and what then stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from coordinator.redcap.logs import LOGS

if TYPE_CHECKING:
    from coordinator.redcap.dictionary import Plan

WHAT = {
    "medicines": "a medicine as it was taken for a time; a new strength is a new entry",
    "diary_days": "an evening diary",
    "diary": "one medicine on one day of the diary; never to be added to dose_log",
    "practice_weeks": "practice of a week, looked back on",
    "pauses": "a pause before a dose",
    "doses": "a dose that was logged: taken, missed or not sure",
    "patch_wear": "a patch that was worn",
    "pain_ratings": "a rating of pain outside pauses",
    "practice": "an exercise that was led, or practice that was reported",
    "sessions": "a part of a weekly session that was gone through, or a whole one",
    "attendance": "a meeting of the therapy group: present, absent or excused",
    "tlfb_days": "one medicine on one day of the calendar that a check-in looks back on",
    "adverse_events": "an unwanted event",
    "alerts": "a safety alert",
}
"""What an entry of each log is."""


def text(made: Plan, rows: Mapping[str, int], *, records: int, whole: bool) -> str:
    """What to click; `rows` by form that repeats, "" for check-ins. `whole`: neither one check-in nor news only."""
    events = made.project.events
    diary = next(event for event in events if event.repeating)
    about = {log.form: WHAT[name] for name, log in LOGS.items()}
    about |= {form.name: f"the weekly question {form.asked.code.upper()}; week 3 is instance 3" for form in made.weekly}
    return TEXT.format(
        kind=made.kind,
        events="\n".join(f"       {event.name:<10} {event.unique_name}" for event in events),
        visits="\n".join(f"       {event.name}" for event in events if not event.repeating),
        diary=diary.name,
        forms="\n".join(f"       [x] {form}" for form in diary.forms),
        about="\n".join(f"  {form:<16} {about[form]}" for form in diary.forms),
        count="\n".join(f"       {form or 'check-ins':<16} {rows[form]}" for form in ("", *diary.forms) if rows[form]),
        rows=sum(rows.values()),
        records=records,
        blanks=OVERWRITE if whole else IGNORE,
    )


OVERWRITE = """\
  Blank values: "overwrite" once REDCap holds an earlier download, so that an answer that was taken back is blank
  there too; this file is whole. Look through REDCap's comparison before you confirm, and do it only where nobody
  types into these forms by hand."""
IGNORE = """\
  Blank values: "ignore". This file is a part (of one check-in, or what is new since an instant): only a whole
  download makes an answer blank that was taken back."""

TEXT = """A REDCap project in a box
=========================

This download is {kind}. A project takes downloads of this kind only (see B).

Five files make the project and fill it. They were held against REDCap's published rules and fixtures and against
real exports, but no REDCap was at hand to import them into: try it in a test project first. Words on the screen
differ a little from one version of REDCap to the next. You need the rights "Project Design and Setup" and "Data
Import Tool".

A. A new project, once
----------------------

Make an empty project and leave it in development until step 6 is done. The order matters.

  1. Project Setup, Main project settings: enable "Use longitudinal data collection with defined events".

  2. Project Setup, Define My Events, menu "Upload or download arms/events":
     upload arms, 1_arms.csv; then upload events, 2_events.csv.
     One arm is right: the group a person is in is no arm of REDCap's (see D). If REDCap says that arm 1 is there
     already, go on with the events.
     REDCap gave the project an event of its own, "Event 1". Delete it, so that "Baseline" comes first.
     REDCap makes the unique event names itself. The column must now say, in this order:
{events}
     If one differs, stop: 4_mapping.csv and 5_data.csv go by these names.

  3. Designer, Data Dictionary, upload 3_dictionary.csv, look at what REDCap lists, then Commit Changes.
     It takes the place of all fields there are: in this new project, of record_id alone.
     Then look at User Rights: in some versions of REDCap nobody else sees a new form until it is allowed.

  4. Project Setup, Designate Instruments for My Events, Upload instrument-event mappings: 4_mapping.csv.
     It takes the place of the whole map.

  5. By hand, since REDCap takes no file for it in the browser:
     Project Setup, Enable optional modules and customizations, "Repeating instruments and events": Enable (later:
     Modify). At the event "{diary}" choose "Repeat Instruments (repeat independently of each other)", not "Repeat
     Entire Event", and tick every form of it:
{forms}
     At these events leave "not repeating":
{visits}
     Save. Custom labels can stay empty.

  6. Data Import Tool, CSV: 5_data.csv.
     Date format: YYYY-MM-DD (that of the file; what the fields show is another matter).
     Record names: as in the file. Force record auto-numbering: No.
     Blank values: "ignore", the first time.
     Upload File only compares. Look at what REDCap shows, then confirm with Import Data.

  7. Count. The file has {rows} rows of {records} records:
{count}
     The Record Status Dashboard shows as many records, REDCap's message after the import too. Whoever imports by
     API counts what the answer says was imported: errors stand in the body of an answer.

  Move the project to production, if you do, only now.

B. Each later download
----------------------

  One project takes downloads of one kind: blinded or unblinded, with or without free text.
  This one is {kind}; the note under record_id in 3_dictionary.csv, and so in the project, says
  of which kind it is. Compare the two first. Dictionaries of two kinds have other fields and other choices:
  uploading one over the other deletes fields with all that is stored in them; and entries have other instances in a
  blinded download than in an unblinded one. For another kind make a project of its own (A).

  If files 2 to 4 are those you uploaded: step 6 again, then step 7. An entry keeps its record,
  event and instance for ever, so what changed is changed in place.
{blanks}
  taken_back.csv is not for import. It lists entries that are there no more: if an earlier download brought one to
  REDCap, delete it there (record, event "{diary}", the form, that instance, "Delete data for THIS FORM only").
  No such file stands in a download of one check-in.
  A large file can be cut into several by rows; each needs the first line. Every row stands by itself.

  If one of them differs (a questionnaire that was imported for the first time, another protocol):
    - Export all data and the data dictionary from REDCap, and keep them.
    - Hold the dictionary from REDCap against the new 3_dictionary.csv, and the map against the new 4_mapping.csv.
      Fields, choices and rows of the map may come. None may go, and 2_events.csv must be the same: if anything
      REDCap has is not in the new files, do not upload them. They are of another kind, of an earlier day or of
      another protocol. Make a new project with them (A); a whole download fills it.
    - Steps 3 to 5, then 6 and 7. In step 3 REDCap lists what would change before anything does: if it says that a
      field or a choice will be deleted or that data can be lost, cancel, and make a new project.
    - In production step 3 is a draft: Designer, Enter Draft Mode, upload there, look at the list of changes, Submit
      Changes for Review. Nothing holds until REDCap or an administrator has approved it: wait for that before
      steps 4 to 6. On most servers only an administrator changes the map and repeating forms of a project in
      production: send 4_mapping.csv and the list of step 5.

C. If REDCap refuses
--------------------

  What it complains of               Where to look
  the name of an event               step 2: the unique names differ
  a form, or that a field has no     step 4: the map is not loaded, or is of another download (see B)
  place at the event
  the repeating form or instance     step 5: a form is not ticked, or the whole event repeats
  a code that is no choice           the dictionary in REDCap is of another download, perhaps of another kind: see B,
                                     and upload no dictionary before you have read it
  a date                             step 6: another format was chosen, or a spreadsheet rewrote the file (do not
                                     open and save it in one)

D. What you find
----------------

  At the check-ins: enrolment and screening (at the first; screening only of people who were screened here), visit
  (window and state), one form for each questionnaire, mme (morphine equivalents before the check-in).
  At "{diary}", one entry a row:
{about}

  One arm in REDCap's sense, on purpose: an arm there is a schedule of events, and everybody has the same one. The
  group a person was allocated to is rand_group, and only in a download that was made unblinded. In a blinded one
  codes of exercises say how long they are, not which.
  No name, phone or Telegram id is in any file. record_id is the study id.
  Blank is missing, never zero: <form>_missing lists the items without a value, each with the reason, and
  <score>_why says why there is no score. In other forms the field of the status says it.
  _dt is the clock where the person was, _utc the instant, _date a date. Yes and no are 1 and 0.
  fields.csv, not for import, says of each field which table and column of the export as CSV it repeats, and of which
  rows; what a column means stands in the codebook of that export.
  <form>_complete is 2 (complete) or 0. There are no calculated fields: scores come as they are.
  An import sends no mail and fires no alert, survey invitation or trigger in REDCap. Safety alerts are handled in
  the coach, not here.
  Consents, prompts, talks and the history of corrections stand in the export as CSV only.
"""
