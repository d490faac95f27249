# Draws every picture of the report, from the tables of this export alone.
#
#   Rscript pictures.R [folder of the export] [folder for results] [pdf, or svg or png]
#
# Needs base R, and drawing.R and showing.R beside it; pictures.py draws the same in Python. What analysis.R and
# figures.R write is taken from the folder for results, whichever language wrote it; where it is not there they are run
# first, which needs lme4. Writes a PDF for each picture there is something for; svg and png need an R with cairo.
# Figures of fewer people than `few` in analysis.dcf are in no picture, as in the report.

# Rscript writes a space as ~+~
here <- dirname(gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)), fixed = TRUE))
for (beside_it in c("showing.R", "drawing.R")) source(file.path(here, beside_it))

LETTERS_OF_A_LINE <- 42

# The tables that pictures are drawn of, by the script that writes them, with their columns.
TABLES <- list(
  analysis = c(change = "outcome arm visit n change low high", model = "outcome what arm visit estimate low high"),
  figures = c(flow = "step arm detail people", completeness = "arm visit due given open", patterns = "pattern people",
              sessions = "arm session people done", practice_weeks = "arm week n low median high",
              around = "what people before after", residuals = "fit residual"))
COLUMNS <- c(TABLES$analysis, TABLES$figures)
EXCLUDED <- c(ineligible = "A criterion not met", refused = "Did not want to", open = "Not decided",
              eligible = "Eligible, not joined yet")
NO_CLAIM <- paste("Before and after the same pause, without anything to compare it with: ratings also change by",
                  "themselves, and with the dose. This says nothing about what a pause does.")

# a PDF's own fonts have the letters of Latin-1
readable <- function(text) iconv(gsub("\u2013", "-", text), "UTF-8", "latin1", sub = "?")

read_plan <- function(folder) {
  lines <- readLines(file.path(folder, "analysis.dcf"), encoding = "UTF-8")
  at <- regexpr(": ", lines, fixed = TRUE)
  setNames(as.list(readable(substring(lines, at + 2))), substring(lines, 1, at - 1))
}

read_tables <- function(folder, results) {
  plan <- read_plan(folder)
  read <- function(name) {
    text <- c("arm", "visit", "step", "detail", "pattern", "session", "outcome", "what", "reason")
    file <- file.path(results, paste0(name, ".csv"))
    there <- names(read.csv(file, nrows = 0))
    absent <- setdiff(words(COLUMNS[[name]]), there)
    if (length(absent)) stop(file, " has no column ", absent[1], call. = FALSE)
    rows <- read.csv(file, colClasses = setNames(rep("character", length(there)), there), na.strings = character(0))
    for (column in setdiff(there, text)) rows[[column]] <- suppressWarnings(as.numeric(rows[[column]]))
    rows
  }
  meetings <- "meeting" %in% names(read.csv(file.path(folder, "attendance.csv"), nrows = 0))
  list(plan = plan, read = read, few = as.integer(plan$few), arms = unique(read("completeness")$arm),
       percent = paste(100 * as.numeric(plan$level), "%"), meetings = meetings)
}

# --- from screening on

excluded_lines <- function(rows, plan) {
  counts <- rows[rows$step == "excluded", ]
  below <- c(ineligible = "criterion", refused = "refusal")
  lines <- unlist(lapply(intersect(names(EXCLUDED), counts$detail), function(kind) {
    here <- rows[rows$step %in% below[kind], ]
    keys <- paste(here$step, here$detail, sep = "_")
    known <- vapply(seq_along(keys), function(n) if (is.null(plan[[keys[n]]])) here$detail[n] else plan[[keys[n]]], "")
    c(paste0(EXCLUDED[[kind]], ":~", counts$people[counts$detail == kind]),
      if (nrow(here)) paste0("-  ", known, ":~", here$people))
  }))
  sub(":~([0-9]+)$", ": \\1", unlist(lapply(lines, strwrap, width = LETTERS_OF_A_LINE, exdent = 4)))
}

answered <- function(row, few) {
  told <- if (is_answer_shown(row, few)) c(paste(row$given, "given"), paste(row$due - row$given, "missed"))
          else if (row$due > 0) NOT_SHOWN
  waiting <- if (row$open > 0 && row$open < few) paste("fewer than", few) else row$open
  paste(c(told, if (row$open > 0 || is.null(told)) paste(waiting, "not due yet")), collapse = ", ")
}

column_of <- function(tables, rows, arm) {
  here <- rows[rows$arm == arm & rows$detail == "", ]
  one <- function(step) here$people[here$step == step]
  visits <- tables$read("completeness")
  visits <- visits[visits$arm == arm, ]
  c(if (arm != "") paste0(named(arm), ": ", one("allocated")),
    vapply(seq_len(nrow(visits)), function(n)
      paste0(shown(visits$visit[n]), ": ", answered(visits[n, ], tables$few)), ""),
    paste("Left the study:", one("left")), paste("Data removed:", one("removed")), paste("Analysed:", one("analysed")))
}

flow <- function(tables, device) {
  rows <- tables$read("flow")
  one <- function(step) sum(rows$people[rows$step == step & rows$arm == "" & rows$detail == ""])
  trunk <- list()
  side <- list()
  columns <- list()
  row <- 0
  if (one("screened") > 0) {
    trunk <- list(box(0.25, 0, paste("Screened:", one("screened"))))
    lines <- excluded_lines(rows, tables$plan)
    if (length(lines)) {
      down <- length(lines) * LINE / ROW / 2
      side <- list(box(0.76, max(0.5, down), lines, 0.46))
      row <- max(0, 2 * down - 0.6)
    }
    row <- row + 1
  }
  trunk <- c(trunk, list(box(0.25, row, paste("Invited:", one("invited")))))
  ways <- c("Declined" = one("declined"), "Not enrolled yet" = one("not_enrolled"))
  ways <- ways[ways > 0]
  if (length(ways)) side <- c(side, list(box(0.76, row + 0.5, paste0(names(ways), ": ", ways), 0.46)))
  trunk <- c(trunk, list(box(0.25, row + 1, paste("Enrolled:", one("enrolled")))))
  if (one("not_allocated") > 0) {
    side <- c(side, list(box(0.76, row + 1.5, paste("Not allocated yet:", one("not_allocated")), 0.46)))
    row <- row + 1
  }
  for (n in seq_along(tables$arms)) {
    lines <- column_of(tables, rows, tables$arms[n])
    columns[[n]] <- lapply(seq_along(lines), function(k) box(0.25 + 0.5 * (n - 1), row + 1 + k, lines[k]))
  }
  all <- c(trunk, side, unlist(columns, recursive = FALSE))
  deep <- max(vapply(all, function(each) each$foot, 0))
  draw <- function() {
    par(mar = c(0, 0, 0, 0))
    plot(NA, xlim = c(0, WIDE), ylim = c(deep + 4, -4), xaxs = "i", yaxs = "i", axes = FALSE, ann = FALSE)
    down <- function(upper, lower) {
      half <- (upper$foot + lower$top) / 2
      lines(c(upper$x, upper$x, lower$x, lower$x), c(upper$foot, half, half, lower$top), col = INK)
    }
    for (way in c(list(trunk), lapply(columns, function(each) c(trunk[length(trunk)], each))))
      for (n in seq_along(way)[-1]) down(way[[n - 1]], way[[n]])
    for (each in side) segments(0.25 * WIDE, each$middle, each$left, each$middle, col = INK)
    for (each in all) draw_box(each)
  }
  title <- if (one("screened") > 0) "From screening on" else "From the invitation on"
  picture(device, title, paste0(
    "At each check-in: who gave the primary figure (", tables$plan[[paste0("title_", tables$plan$primary)]], ") and ",
    "who missed it, of those whose window is over, with whose data were removed since. Analysed: who has it at ",
    "baseline and at least once later."), draw, height = deep / 80)
}

# --- who answered

completeness <- function(tables, device) {
  rows <- tables$read("completeness")
  order <- unique(rows$visit[rows$due > 0])
  rows <- rows[rows$visit %in% order, ]
  known <- rows[is_answer_shown(rows, tables$few), ]
  hidden <- rows[!is_answer_shown(rows, tables$few), ]
  if (nrow(known) == 0) return(FALSE)
  arms <- tables$arms
  told <- parts(tables$plan$completeness)
  trial <- data.frame(visit = shown(vapply(told, function(one) one[1], "")),
                      percent = as.numeric(vapply(told, function(one) one[2], "")))
  half <- if (length(arms) > 1) 0.17 else 0.25
  draw <- function() {
    field(c(0.4, length(order) + 0.6), c(0, 100), shown(order), ylab = "percent")
    at <- match(known$visit, order) + beside(arms, known$arm, 0.19)
    of_arm <- match(known$arm, arms)
    percent <- 100 * known$given / known$due
    rect(at - half, 0, at + half, percent, col = FILLS[of_arm], border = COLOURS[of_arm], lwd = 2)
    text(at, 5, paste("n =", known$due), cex = 0.75, col = ifelse(of_arm == 1 & percent > 12, "white", INK))
    unshown(match(hidden$visit, order) + beside(arms, hidden$arm, 0.19),
            ifelse(hidden$due > 0, NOT_SHOWN, "none due yet"))
    there <- match(trial$visit, shown(order))
    segments(there - 0.42, trial$percent, there + 0.42, trial$percent, lwd = 3, col = INK)
    if (length(arms) > 1) above(named(arms), fill = FILLS, border = COLOURS)
  }
  about <- paste0(trial$percent, " % at ", trial$visit, collapse = "; ")
  picture(device, "Who gave the primary figure", paste0(
    "Percent of those whose window is over. The strokes are the STAMP trial: about ", about, ".",
    if (any(hidden$due > 0)) unshown_words(tables$few)), draw)
}

patterns <- function(tables, device) {
  every <- tables$read("patterns")
  rows <- head(every[every$people >= tables$few, ], PATTERNS_SHOWN)
  if (nrow(rows) == 0) return(FALSE)
  visits <- shown(vapply(parts(tables$plan$check_ins), function(one) one[2], ""))
  states <- c(g = COLOURS[1], m = "#FFFFFF", n = "#D0D0D0")
  draw <- function() {
    par(mar = c(0.5, 7, 3, 0.5))
    plot(NA, xlim = c(0, length(visits)), ylim = c(nrow(rows), 0), xaxs = "i", yaxs = "i", axes = FALSE, ann = FALSE)
    for (n in seq_len(nrow(rows))) {
      letters_of <- strsplit(rows$pattern[n], "")[[1]]
      rect(seq_along(visits) - 1, n - 1, seq_along(visits), n, col = states[letters_of], border = GREY)
    }
    axis(3, seq_along(visits) - 0.5, visits, tick = FALSE, line = -0.5)
    axis(2, seq_len(nrow(rows)) - 0.5, paste0(seq_len(nrow(rows)), ".  ", rows$people, " people"), tick = FALSE)
    above(c("given", "missing", "not yet due"), fill = states, border = INK, up = 0.25)
  }
  picture(device, "Which check-ins are missing",
          "Each row is a pattern of who gave the primary figure when, the most frequent first.", draw,
          height = 1 + 0.34 * nrow(rows), note = other_patterns(every, tables$few))
}

# --- how it changed

# Points with their intervals at check-ins, and strokes of the trial.
points_of <- function(rows, order, arms, colours, shapes) {
  at <- match(rows$visit, order) + beside(arms, rows$arm, 0.12)
  of_arm <- match(rows$arm, arms)
  segments(at, rows$low, at, rows$high, lwd = 2, col = colours[of_arm])
  points(at, rows$middle, pch = shapes[of_arm], cex = 1.4, col = colours[of_arm])
}

strokes <- function(at, values, colour, width, half = 0.3) {
  segments(at - half, values, at + half, values, lwd = width, col = colour)
}

changes <- function(tables, device) {
  rows <- tables$read("change")
  rows <- rows[rows$n > 0, ]
  outcomes <- unique(rows$outcome[rows$n >= tables$few & !is.na(rows$change)])
  if (length(outcomes) == 0) return(FALSE)
  rows$middle <- rows$change
  rows$visit <- shown(rows$visit)
  told <- published(tables$plan)
  arms <- tables$arms
  panel <- function(outcome) {
    mine <- rows[rows$outcome == outcome, ]
    order <- unique(mine$visit)
    hidden <- mine[mine$n < tables$few, ]
    mine <- mine[mine$n >= tables$few, ]
    trial <- told[told$outcome == outcome & told$visit %in% order, ]
    reach <- range(0, mine$low, mine$high, mine$change, trial$change, na.rm = TRUE)
    field(c(0.5, length(order) + 0.5), reach, order, ylab = "change from baseline")
    abline(h = 0, lty = 2, col = GREY)
    points_of(mine, order, arms, COLOURS, SHAPES)
    unshown(match(hidden$visit, order) + beside(arms, hidden$arm, 0.12), rep(NOT_SHOWN, nrow(hidden)))
    strokes(match(trial$visit, order) + beside(arms, trial$arm, 0.12), trial$change, INK, 2,
            if (length(arms) > 1) 0.1 else 0.3)
    title(tables$plan[[paste0("title_", outcome)]], adj = 0, line = 1.1, cex.main = 1, col.main = INK)
    mtext(tables$plan[[paste0("scale_", outcome)]], side = 3, adj = 0, line = 0.1, cex = 0.8, col = GREY)
  }
  draw <- function() {
    par(mfrow = c(ceiling(length(outcomes) / 2), 2), mar = c(3, 4, 5, 0.5), cex = 0.9)
    for (outcome in outcomes) {
      panel(outcome)
      if (outcome == outcomes[1]) legend_of_points(tables$arms, up = 0.4)
    }
  }
  picture(device, "Change from baseline", paste0(
    "Mean of who gave both values, with ", tables$percent, " interval; below zero is a fall. The strokes at pain are ",
    "what the two arms of the STAMP trial published, on the BPI", if (length(arms) > 1) ", each beside its own arm",
    ".", told_apart(arms), if (any(rows$n[rows$outcome %in% outcomes] < tables$few)) unshown_words(tables$few)),
    draw, width = 9,
    height = 3.1 * ceiling(length(outcomes) / 2))
}

contrasts <- function(tables, device) {
  model <- tables$read("model")
  model <- model[model$outcome == tables$plan$primary, ]
  absent <- shown(model$visit[model$what == "left_out" & model$visit != ""])
  rows <- model[model$what == "contrast", ]
  if (nrow(rows) == 0) return(FALSE)
  rows$middle <- rows$estimate
  rows$visit <- shown(rows$visit)
  order <- unique(rows$visit)
  trial <- trial_contrasts(tables$plan, tables$plan$primary)
  trial <- trial[trial$visit %in% order, ]
  pair <- toupper(strsplit(rows$arm[1], " - ", fixed = TRUE)[[1]])
  draw <- function() {
    field(c(0.5, length(order) + 0.5), range(0, rows$low, rows$high, trial$estimate), order,
          ylab = paste(pair[1], "less", pair[2]))
    abline(h = 0, lty = 2, col = GREY)
    points_of(rows, order, rows$arm[1], INK, SHAPES)
    strokes(match(trial$visit, order), trial$estimate, COLOURS[2], 3)
  }
  picture(device, "Difference between the arms", paste0(
    "Adjusted change of ", pair[1], " less that of ", pair[2], ", with ", tables$percent, " interval; below zero ",
    pair[1], " fell by more.",
    if (nrow(trial)) paste(" The strokes are the STAMP trial: the difference of the two changes it published, on the",
                           "BPI; it found no significant difference, and no interval could be read.")), draw,
    note = if (length(absent)) paste0("Not every arm has values yet at ", toString(absent), ".") else "")
}

# --- what they did

sessions <- function(tables, device) {
  rows <- tables$read("sessions")
  if (anyNA(rows$done)) return(FALSE) # a blinded export cannot know who did them at a meeting of a group
  points <- rows[rows$people >= tables$few, ]
  if (nrow(points) == 0) return(FALSE)
  order <- sessions_of(rows)
  draw <- function() {
    field(c(0.5, length(order) + 0.5), c(0, 100), order, xlab = "session", ylab = "percent done")
    for (n in seq_along(tables$arms)) {
      mine <- points[points$arm == tables$arms[n], ]
      for (run in in_runs(mine, match(mine$session, order)))
        lines(match(run$session, order), 100 * run$done / run$people, type = "o", lwd = 2, lty = LINES[n],
              pch = SHAPES[n], cex = 1.4, col = COLOURS[n], xpd = NA)
    }
    legend_of_points(tables$arms, LINES)
  }
  picture(device, "Who did the sessions", paste0(
    "Percent who did it, in the chat", if (tables$meetings) " or in a group", ", of the people whose week for it is ",
    "over, counted from enrolment.", told_apart(tables$arms)), draw, note = unshown_sessions(rows, tables$few))
}

practice <- function(tables, device) {
  every <- tables$read("practice_weeks")
  weeks <- every[every$n >= tables$few, ]
  if (nrow(weeks) == 0) return(FALSE)
  goal <- as.integer(tables$plan$practice_minutes)
  draw <- function() {
    reach <- range(weeks$week)
    field(reach + c(-0.5, 0.5), range(0, weeks$low, weeks$high, goal), xlab = "week since enrolment",
          ylab = "minutes a week", ticks = unique(round(seq(reach[1], reach[2], length.out = 8))))
    for (n in seq_along(tables$arms)) {
      mine <- weeks[weeks$arm == tables$arms[n], ]
      for (run in in_runs(mine, mine$week))
        polygon(c(run$week, rev(run$week)), c(run$low, rev(run$high)), col = BANDS[n], border = NA)
    }
    for (n in seq_along(tables$arms)) {
      mine <- weeks[weeks$arm == tables$arms[n], ]
      for (run in in_runs(mine, mine$week))
        lines(run$week, run$median, type = "o", lwd = 2, lty = LINES[n], pch = SHAPES[n], col = COLOURS[n])
    }
    abline(h = goal, lty = 5, col = INK)
    legend_of_points(tables$arms, LINES)
  }
  picture(device, "Home practice", paste0(
    "Median and middle half of people, weeks they looked back on. Dashed: the ", goal, " minutes asked for.",
    told_apart(tables$arms)), draw, note = unshown_weeks(every, tables$few))
}

# --- around a pause

around <- function(tables, device) {
  every <- tables$read("around")
  every$name <- c(pain = "Pain", urge = "Wish for a dose")[every$what]
  rows <- every[every$people >= tables$few, ]
  if (nrow(rows) == 0) return(FALSE)
  hidden <- every$name[every$people > 0 & every$people < tables$few]
  colours <- c(COLOURS[1], INK)
  look <- match(rows$what, c("pain", "urge"))
  draw <- function() {
    field(c(0.5, 2.5), c(0, 10), c("before", "after"), ylab = "0 to 10")
    for (n in seq_along(look))
      lines(1:2, c(rows$before[n], rows$after[n]), type = "o", lwd = 2, lty = LINES[look[n]], pch = SHAPES[look[n]],
            cex = 1.5, col = colours[look[n]], xpd = NA)
    above(rows$name, pch = SHAPES[look], col = colours[look], lty = LINES[look])
  }
  picture(device, "Around a pause", paste("Means of people's own means.", NO_CLAIM), draw, width = 6,
          note = not_shown_of(tables$few, hidden))
}

# --- diagnostics

left_over <- function(tables, device) {
  rows <- tables$read("residuals")
  if (nrow(rows) == 0) return(FALSE)
  ordered <- sort(rows$residual)
  normal <- qnorm((seq_along(ordered) - 0.5) / length(ordered))
  dots <- function(x, y) points(x, y, pch = 16, cex = 0.7, col = "#0072B280")
  draw <- function() {
    par(mfrow = c(1, 2), cex = 1)
    field(extendrange(rows$fit), range(ordered), xlab = "value by the model", ylab = "residual")
    abline(h = 0, lty = 2, col = GREY)
    dots(rows$fit, rows$residual)
    field(extendrange(normal), range(ordered), xlab = "normal quantile", ylab = "residual")
    abline(0, sqrt(mean(ordered^2)), lty = 2, col = GREY)
    dots(normal, ordered)
  }
  picture(device, "What the model leaves over", paste(
    "Left: a band without a shape is what the model takes for granted. Right: points on the line are normal."), draw)
}

PICTURES <- list(flow = flow, completeness = completeness, changes = changes, contrasts = contrasts,
                 patterns = patterns, sessions = sessions, practice = practice, around = around, residuals = left_over)

run_first <- function(folder, results) {
  for (script in names(TABLES)) {
    if (all(file.exists(file.path(results, paste0(names(TABLES[[script]]), ".csv"))))) next
    told <- system2(file.path(R.home("bin"), "Rscript"),
                    shQuote(c(file.path(here, paste0(script, ".R")), folder, results)))
    if (told != 0) stop(script, ".R ended with an error", call. = FALSE)
  }
}

main <- function(folder, results, format) {
  if (!format %in% names(DEVICES)) stop("pictures are ", paste(names(DEVICES), collapse = ", "), call. = FALSE)
  run_first(folder, results)
  tables <- read_tables(folder, results)
  for (name in names(PICTURES)) {
    file <- file.path(results, paste0(name, ".", format))
    made <- PICTURES[[name]](tables, DEVICES[[format]](file))
    cat(if (made) file else paste0(name, ": nothing to draw"), "\n", sep = "")
  }
}

given <- commandArgs(trailingOnly = TRUE)
main(if (length(given) > 0) given[1] else ".", if (length(given) > 1) given[2] else "results",
     if (length(given) > 2) given[3] else "pdf")
