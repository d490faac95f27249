# The tables behind every picture and figure of the report, from the CSV files of this export alone.
#
#   Rscript figures.R [folder of the export] [folder for results]
#
# Needs lme4, and analysis.R beside it; figures.py does the same in Python. The plan is the file analysis.dcf; `on` there
# is the day the cut is judged by. Writes one CSV for each table, whole: nothing is left out for being small, as it is in
# the report. `arm` is empty where all arms stand together.

if (!exists("read_plan")) {
  # Rscript writes a space as ~+~
  file <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)), fixed = TRUE)
  source(file.path(dirname(file), "analysis.R"))
}

TOLERANCE <- 1e-9

read_all <- function(folder) {
  plan <- read_plan(folder)
  people <- read_people(folder)
  pairs <- do.call(rbind, strsplit(words(plan$check_ins), ":", fixed = TRUE))
  read <- function(name) {
    text <- c(study_id = "character", site = "character", arm = "character", visit = "character",
              session = "character", not_met = "character", refusal = "character", decision = "character")
    file <- file.path(folder, paste0(name, ".csv"))
    there <- names(read.csv(file, nrows = 0, check.names = FALSE))
    read.csv(file, colClasses = text[names(text) %in% there], na.strings = "", check.names = FALSE, encoding = "UTF-8")
  }
  of_people <- function(name) {
    rows <- read(name)
    at <- match(rows$study_id, people$study_id)
    rows$arm <- people$arm[at]
    rows$enrolled_on <- people$enrolled_on[at]
    rows[!is.na(at), ]
  }
  gone <- read("left_out")
  if (is.null(gone$arm)) gone$arm <- rep("", nrow(gone))
  gone$arm[is.na(gone$arm)] <- ""
  list(plan = plan, people = people, arms = arms_of(people, plan), endings = pairs[, 1], visits = pairs[, 2],
       on = as.Date(plan$on), read = read, of_people = of_people, gone = gone)
}

of <- function(rows, arm) rows[arm == "" | rows$arm == arm, , drop = FALSE]

row <- function(...) data.frame(..., check.names = FALSE)

stack <- function(rows) do.call(rbind, rows)

sorted <- function(texts) sort(unique(texts), method = "radix")

primary <- function(data, ending) {
  value <- data$people[[paste0(data$plan$primary, "_", ending)]]
  known <- if (is.null(value)) rep(FALSE, nrow(data$people)) else !is.na(value)
  setNames(known, data$people$study_id)
}

# --- from screening on

step <- function(step, people, arm = "", detail = "") row(step, arm, detail, people)

screened <- function(data) {
  screening <- data$read("screening")
  if (nrow(screening) == 0) return(NULL)
  counts <- function(what, codes, each) lapply(codes, function(code) step(what, sum(each == code), "", code))
  kinds <- c("ineligible", "refused", "open", "eligible")
  unmet <- unlist(strsplit(na.omit(screening$not_met[screening$status == "ineligible"]), ",", fixed = TRUE))
  why <- as.character(na.omit(screening$refusal[screening$status == "refused"]))
  stack(c(list(step("screened", nrow(screening))),
          counts("excluded", kinds[kinds %in% screening$status], screening$status),
          counts("criterion", sorted(unmet), unmet), counts("refusal", sorted(why), why)))
}

flow <- function(data) {
  gone <- data$gone
  enrolled <- gone[gone$enrolled == 1, ]
  told <- completeness(data)
  rows <- list(screened(data), step("invited", nrow(data$read("participants")) + nrow(gone)),
               step("declined", sum(gone$reason == "declined")),
               step("not_enrolled", nrow(data$read("participants")) + nrow(gone) - sum(gone$reason == "declined") -
                      nrow(data$people) - nrow(enrolled)),
               step("enrolled", nrow(data$people) + nrow(enrolled)))
  if (!is.null(data$plan$reference))
    rows <- c(rows, list(step("not_allocated", sum(data$people$arm == "") + sum(enrolled$arm == ""))))
  for (arm in data$arms) {
    here <- of(data$people, arm)
    lost <- of(enrolled, arm)
    rows <- c(rows, list(step("allocated", nrow(here) + nrow(lost), arm),
                         step("removed", sum(lost$reason == "data_removed"), arm),
                         step("left", sum(here$status == "stopped"), arm)))
    for (n in which(told$arm == arm)) {
      each <- told[n, ]
      rows <- c(rows, list(step("given", each$given, arm, each$visit),
                           step("missed", each$due - each$given, arm, each$visit),
                           step("not_yet", each$open, arm, each$visit)))
    }
    known <- follow_up(here, data$plan, data$plan$primary)
    rows <- c(rows, list(step("analysed", length(unique(known$study_id)), arm)))
  }
  stack(rows)
}

# --- who answered

completeness <- function(data) {
  visits <- data$of_people("visits")
  rows <- list()
  for (arm in data$arms) for (nth in seq_along(data$visits)) {
    here <- of(visits[visits$visit == data$visits[nth], ], arm)
    over <- here[as.Date(here$closes_on) < data$on, ]
    removed <- sum(of(data$gone, arm)$visits_due >= nth)
    given <- sum(primary(data, data$endings[nth])[over$study_id])
    rows[[length(rows) + 1]] <- row(arm, visit = data$visits[nth], due = nrow(over) + removed, given,
                                    whole = sum(over$status == "complete"), removed, open = nrow(here) - nrow(over))
  }
  stack(rows)
}

patterns <- function(data) {
  visits <- data$read("visits")
  key <- paste(visits$study_id, visits$visit)
  over <- key[as.Date(visits$closes_on) < data$on]
  letters_of <- function(person) {
    here <- paste(person, data$visits)
    known <- sapply(data$endings, function(ending) primary(data, ending)[[person]])
    if (!any(known | here %in% key)) return(NA)
    paste(ifelse(known, "g", ifelse(here %in% over, "m", "n")), collapse = "")
  }
  found <- na.omit(unlist(lapply(data$people$study_id, letters_of)))
  if (length(found) == 0) return(row(pattern = character(0), people = integer(0)))
  pattern <- sorted(found)
  people <- sapply(pattern, function(each) sum(found == each))
  order_of <- order(-people, seq_along(pattern))
  row(pattern = pattern[order_of], people = people[order_of])
}

# --- who takes part

measured <- function(data, what, values) stack(lapply(data$arms, function(arm) {
  known <- values[(arm == "" | data$people$arm == arm) & !is.na(values)]
  row(what, arm, value = "", n = length(known), mean = if (length(known)) mean(known) else NA,
      sd = if (length(known) > 1) sd(known) else NA)
}))

counted <- function(data, what, values) stack(lapply(data$arms, function(arm) {
  mine <- values[arm == "" | data$people$arm == arm]
  found <- sort(unique(na.omit(values)))
  row(what, arm, value = c(as.character(found), "none"),
      n = c(vapply(found, function(value) sum(mine %in% value), 0L), sum(is.na(mine))), mean = NA, sd = NA)
}))

baseline <- function(data) {
  said <- data$read("responses")
  said <- said[said$visit == data$visits[1], ]
  item <- function(asked) {
    named <- strsplit(asked, ".", fixed = TRUE)[[1]]
    mine <- said[said$instrument == named[1] & said$item == named[2], ]
    as.numeric(mine$value[match(data$people$study_id, mine$study_id)])
  }
  outcomes <- words(data$plan$outcomes)
  stack(c(lapply(words(data$plan$counted), function(asked) counted(data, asked, item(asked))),
          lapply(words(data$plan$measured), function(asked) measured(data, asked, item(asked))),
          lapply(outcomes, function(outcome)
            measured(data, outcome, as.numeric(data$people[[paste0(outcome, "_", data$endings[1])]])))))
}

# --- what they did

come <- function(data, day) data$people[as.integer(data$on - as.Date(data$people$enrolled_on)) >= day, ]

weeks_of <- function(data) {
  pairs <- do.call(rbind, strsplit(words(data$plan$sessions), ":", fixed = TRUE))
  setNames(as.integer(pairs[, 2]), pairs[, 1])
}

done_whole <- function(data) {
  done <- data$of_people("sessions")
  done[done$part == "whole", ]
}

# Whether it can be known who did a session: a blinded export leaves out what was done at meetings of groups.
knows_sessions <- function(data)
  identical(data$plan$therapy_groups, "0") || "meeting" %in% names(data$read("attendance"))

persons <- function(rows) length(unique(rows$study_id))

sessions <- function(data) {
  done <- done_whole(data)
  weeks <- weeks_of(data)
  known <- knows_sessions(data)
  rows <- list()
  for (arm in data$arms) for (session in names(weeks)) {
    people <- of(come(data, weeks[[session]]), arm)$study_id
    here <- done[done$session == session & done$study_id %in% people, ]
    rows[[length(rows) + 1]] <- row(arm, session, people = length(people),
                                    done = if (known) persons(here) else NA,
                                    chat = persons(here[here$way == "chat", ]),
                                    group = if (known) persons(here[here$way == "group", ]) else NA)
  }
  stack(rows)
}

attended <- function(data) {
  weeks <- weeks_of(data)
  done <- done_whole(data)
  done <- unique(done[done$session %in% names(weeks), c("study_id", "session")])
  known <- knows_sessions(data)
  stack(lapply(data$arms, function(arm) {
    people <- of(come(data, max(weeks)), arm)$study_id
    came <- vapply(people, function(person) sum(done$study_id == person), 0L)
    if (!known) return(row(arm, people = length(came), any = NA, enough = NA, median = NA))
    row(arm, people = length(came), any = sum(came > 0), enough = sum(came >= as.integer(data$plan$enough_sessions)),
        median = if (length(came)) median(came) else NA)
  }))
}

meetings <- function(data) {
  met <- data$of_people("attendance")
  rows <- list()
  for (arm in data$arms) for (status in c("present", "absent", "excused")) {
    here <- of(met[met$status == status, ], arm)
    rows[[length(rows) + 1]] <- row(arm, status, entries = nrow(here), people = persons(here))
  }
  stack(rows)
}

practised <- function(data) {
  weeks <- data$of_people("practice_weeks")
  weeks$value <- as.numeric(ifelse(weeks$answer == "fits", weeks$led_minutes + weeks$reported_minutes, weeks$minutes))
  weeks$week <- as.integer(as.Date(weeks$on) - as.Date(weeks$enrolled_on)) %/% 7L + 1L
  weeks[!is.na(weeks$value), ]
}

practice_weeks <- function(data) {
  known <- practised(data)
  rows <- list(row(arm = character(0), week = integer(0), n = integer(0), low = numeric(0), median = numeric(0),
                   high = numeric(0)))
  for (arm in data$arms) {
    here <- of(known, arm)
    for (week in sort(unique(here$week))) {
      cut <- quantile(here$value[here$week == week], c(0.25, 0.5, 0.75), names = FALSE)
      rows[[length(rows) + 1]] <- row(arm, week, n = sum(here$week == week), low = cut[1], median = cut[2],
                                      high = cut[3])
    }
  }
  stack(rows)
}

practice <- function(data) {
  known <- practised(data)
  goal <- as.integer(data$plan$practice_minutes)
  rows <- list()
  for (arm in data$arms) for (period in words(data$plan$practice_periods)) {
    ends <- as.integer(strsplit(period, "-", fixed = TRUE)[[1]])
    here <- of(known, arm)
    here <- here[here$week >= ends[1] & here$week <= ends[2], ]
    rows[[length(rows) + 1]] <- row(arm, first = ends[1], last = ends[2], people = persons(here), weeks = nrow(here),
                                    median = if (nrow(here)) median(here$value) else NA,
                                    enough = sum(here$value >= goal))
  }
  stack(rows)
}

# --- how it changed

responding <- function(data, values, outcome, rule) {
  rows <- list()
  for (arm in data$arms) for (visit in words(data$plan$visits)) {
    here <- of(values[values$visit == visit, ], arm)
    rows[[length(rows) + 1]] <- row(outcome, rule, arm, visit, people = nrow(here), responders = sum(here$did))
  }
  stack(rows)
}

responders <- function(data) {
  falls <- lapply(strsplit(words(data$plan$responders), ":", fixed = TRUE), function(each) {
    values <- follow_up(data$people, data$plan, each[1])
    values <- values[values$baseline > 0, ]
    values$did <- 100 * (values$baseline - values$value) >= as.numeric(each[2]) * values$baseline - TOLERANCE
    responding(data, values, each[1], paste0("fall_", each[2]))
  })
  steps <- lapply(strsplit(words(data$plan$steps), ":", fixed = TRUE), function(each) {
    asked <- Filter(function(ending) paste0(each[1], "_", ending) %in% names(data$people), words(data$plan$visits))
    if (length(asked) == 0) return(NULL)
    values <- stack(lapply(asked, function(ending)
      row(data$people[c("study_id", "arm")], visit = rep(ending, nrow(data$people)),
          value = as.numeric(data$people[[paste0(each[1], "_", ending)]]))))
    values <- values[!is.na(values$value), ]
    values$did <- values$value <= as.numeric(each[2])
    responding(data, values, each[1], paste0("at_most_", each[2]))
  })
  stack(c(falls, steps))
}

# --- around a pause

around <- function(data) {
  pauses <- data$of_people("pauses")
  stack(lapply(c("pain", "urge"), function(what) {
    before <- as.numeric(pauses[[paste0(what, "_before")]])
    after <- as.numeric(pauses[[paste0(what, "_after")]])
    both <- !is.na(before) & !is.na(after)
    means <- function(values) {
      if (any(both)) mean(tapply(values[both], pauses$study_id[both], mean)) else NA
    }
    row(what, people = length(unique(pauses$study_id[both])), pauses = sum(both), before = means(before),
        after = means(after))
  }))
}

decisions <- function(data) {
  chosen <- data$of_people("pauses")$decision
  chosen[is.na(chosen)] <- "no_answer"
  decision <- sorted(chosen)
  row(decision, pauses = vapply(decision, function(each) sum(chosen == each), 0L))
}

residuals_of <- function(data) {
  fitted_model <- model_fit(data$people, data$plan, data$plan$primary)$fitted
  if (is.null(fitted_model)) return(row(fit = numeric(0), residual = numeric(0)))
  row(fit = unname(fitted(fitted_model)), residual = unname(residuals(fitted_model)))
}

FIGURES <- list(flow = flow, completeness = completeness, patterns = patterns, baseline = baseline, sessions = sessions,
                attended = attended, meetings = meetings, practice_weeks = practice_weeks, practice = practice,
                responders = responders, around = around, decisions = decisions, residuals = residuals_of)

# Of the tables that have no row where nobody is enrolled.
COLUMNS <- list(completeness = "arm visit due given whole removed open", baseline = "what arm value n mean sd",
                sessions = "arm session people done chat group", attended = "arm people any enough median",
                meetings = "arm status entries people", practice = "arm first last people weeks median enough",
                responders = "outcome rule arm visit people responders", decisions = "decision pauses")

draw <- function(folder, results) {
  dir.create(results, showWarnings = FALSE, recursive = TRUE)
  data <- read_all(folder)
  for (name in names(FIGURES)) {
    table <- under(list(FIGURES[[name]](data)), if (!is.null(COLUMNS[[name]])) words(COLUMNS[[name]]))
    file <- file.path(results, paste0(name, ".csv"))
    write.csv(table, file, row.names = FALSE, na = "")
    cat(file, ": ", nrow(table), " rows\n", sep = "")
  }
}

if (!interactive() && sys.nframe() == 0) {
  given <- commandArgs(trailingOnly = TRUE)
  draw(if (length(given) > 0) given[1] else ".", if (length(given) > 1) given[2] else "results")
}
