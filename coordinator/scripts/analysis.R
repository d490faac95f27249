# The tables of change and the mixed models of this export, from its CSV files alone.
#
#   Rscript analysis.R [folder of the export] [folder for results]
#
# Needs lme4. The plan is the file analysis.dcf; analysis.py does the same in Python. Writes change.csv (change from
# baseline of who has both, with t intervals) and model.csv (restricted maximum likelihood, with normal intervals). What
# cannot be estimated is blank, and `reason` says why; rows `left_out` of model.csv say what a model does without. `arm`
# is empty where none is shown.

suppressPackageStartupMessages(library(lme4))

CHANGE <- c("outcome", "arm", "visit", "n", "baseline", "value", "change", "sd", "se", "low", "high", "reason")

# What a formula may speak of, joined by +, * and :.
NAMES <- c("visit", "arm", "baseline", "site")

# Values are taken to follow from the fixed part alone where it leaves no more than this part of their squares.
EXACT <- 1e-16

words <- function(text) strsplit(text, " ", fixed = TRUE)[[1]]

# Rows under each other; without any, an empty table of these columns.
under <- function(rows, columns) {
  made <- do.call(rbind, rows)
  if (is.null(made)) as.data.frame(setNames(rep(list(character(0)), length(columns)), columns)) else made
}

read_plan <- function(folder) as.list(read.dcf(file.path(folder, "analysis.dcf"))[1, ])

read_people <- function(folder) {
  text <- c(study_id = "character", site = "character", arm = "character", therapy_group = "character")
  file <- file.path(folder, "wide.csv")
  there <- names(read.csv(file, nrows = 0, check.names = FALSE))
  people <- read.csv(file, colClasses = text[names(text) %in% there], na.strings = "", check.names = FALSE,
                     encoding = "UTF-8")
  people <- people[people$status != "invited", ]
  if (is.null(people$therapy_group)) people$therapy_group <- rep(NA_character_, nrow(people))
  # who is in no group is a group of one
  alone <- is.na(people$therapy_group)
  people$therapy_group[alone] <- people$study_id[alone]
  if (is.null(people$arm)) people$arm <- rep("", nrow(people))
  people$arm[is.na(people$arm)] <- ""
  people[order(people$study_id, method = "radix"), ]
}

follow_up <- function(people, plan, outcome) {
  rows <- lapply(words(plan$visits), function(visit) {
    value <- people[[paste0(outcome, "_", visit)]]
    if (is.null(value)) return(NULL) # not asked at that check-in
    value <- as.numeric(value)
    if (plan$in_window_only == "1") value[!(people[[paste0("in_window_", visit)]] %in% 1)] <- NA
    data.frame(people[c("study_id", "site", "arm", "therapy_group")], visit = rep(visit, nrow(people)),
               baseline = as.numeric(people[[paste0(outcome, "_", plan$baseline)]]), value = value)
  })
  rows <- do.call(rbind, rows)
  rows[!is.na(rows$baseline) & !is.na(rows$value), ]
}

arms_of <- function(people, plan) {
  if (is.null(plan$reference)) return("")
  found <- sort(setdiff(unique(people$arm), ""))
  c(found[found == plan$reference], found[found != plan$reference])
}

row_of <- function(outcome, arm, visit, n, ..., reason = "") {
  given <- list(...)
  blank <- list(baseline = NA, value = NA, change = NA, sd = NA, se = NA, low = NA, high = NA)
  data.frame(outcome, arm, visit, n, modifyList(blank, given), reason)
}

change_row <- function(plan, data, outcome, arm, visit) {
  n <- nrow(data)
  if (n == 0) return(row_of(outcome, arm, visit, n, reason = "nobody has both values"))
  change <- data$value - data$baseline
  means <- list(baseline = mean(data$baseline), value = mean(data$value), change = mean(change))
  if (n == 1) return(do.call(row_of, c(list(outcome, arm, visit, n), means, reason = "one person has no spread")))
  se <- sd(change) / sqrt(n)
  reach <- qt(0.5 + as.numeric(plan$level) / 2, n - 1) * se
  spread <- list(sd = sd(change), se = se, low = mean(change) - reach, high = mean(change) + reach)
  do.call(row_of, c(list(outcome, arm, visit, n), means, spread))
}

change_table <- function(people, plan) {
  rows <- list()
  for (outcome in words(plan$outcomes)) {
    data <- follow_up(people, plan, outcome)
    for (arm in arms_of(people, plan)) for (visit in words(plan$visits)) {
      here <- data[data$visit == visit & (arm == "" | data$arm == arm), ]
      rows[[length(rows) + 1]] <- change_row(plan, here, outcome, arm, visit)
    }
  }
  under(rows, CHANGE)
}

# --- the mixed model

estimate_row <- function(outcome, what, arm = "", visit = "", n = NA, estimate = NA, se = NA, reach = NA, reason = "") {
  data.frame(outcome, what, arm, visit, n, estimate, se, low = estimate - reach * se, high = estimate + reach * se,
             reason)
}

too_little <- function(data, kept, plan, arms, visits) {
  persons <- function(rows) length(unique(rows$study_id))
  least <- as.integer(plan$least_people)
  if (persons(data) < least) return(paste("fewer than", least, "people have a baseline and a follow-up value"))
  if (!is.null(plan$reference) && (length(arms) < 2 || !plan$reference %in% arms))
    return("there are not two arms with follow-up values to compare")
  if (length(visits) < 2)
    return(paste0("fewer than two check-ins have follow-up values", if (length(arms)) " of every arm",
                  ": people cannot be told from chance"))
  if (persons(kept) < least)
    return(paste("fewer than", least, "people have a value at a check-in that every arm has values at"))
  if (length(unique(kept$value)) < 2) return("all values are the same")
  NULL
}

# The fixed part without the names that have one value only, and these names.
right_side <- function(formula, data) {
  cut <- function(text, sign) trimws(strsplit(paste0(text, " "), sign, fixed = TRUE)[[1]])
  terms <- lapply(cut(sub("^value ~", "", formula), "+"), function(term) lapply(cut(term, "*"), cut, ":"))
  names_in <- unique(unlist(terms))
  strange <- setdiff(names_in, NAMES)
  if (length(strange))
    stop("analysis.dcf: formula: '", strange[1], "' is none of ", toString(NAMES), ", joined by + * or :",
         call. = FALSE)
  alone <- Filter(function(name) length(unique(data[[name]])) < 2, names_in)
  kept <- vapply(terms, function(term) {
    parts <- Filter(length, lapply(term, setdiff, alone))
    paste(vapply(parts, paste, "", collapse = ":"), collapse = " * ")
  }, "")
  kept <- kept[kept != ""]
  list(text = if (length(kept)) paste(kept, collapse = " + ") else "1", alone = alone)
}

# The values that can be compared, of which arms and check-ins, and what is left out. An arm is compared where it has
# any values, a check-in where every such arm has some at it.
compared <- function(people, plan, data) {
  allocated <- setdiff(arms_of(people, plan), "")
  if (length(allocated)) data <- data[data$arm %in% allocated, ]
  arms <- allocated[allocated %in% data$arm]
  known <- words(plan$visits)[words(plan$visits) %in% data$visit]
  whole <- vapply(known, function(visit) all(arms %in% data$arm[data$visit == visit]), TRUE)
  kept <- data[data$visit %in% known[whole], ]
  list(data = kept, arms = arms, visits = known[whole], without = setdiff(allocated, arms), skipped = known[!whole],
       why = too_little(data, kept, plan, arms, known[whole]))
}

# The model of one outcome: `fitted`, with what it was made of; `why` where there is none.
model_fit <- function(people, plan, outcome) {
  found <- compared(people, plan, follow_up(people, plan, outcome))
  if (!is.null(found$why)) return(list(why = found$why))
  data <- found$data
  data$visit <- factor(data$visit, found$visits)
  data$arm <- factor(data$arm, if (length(found$arms)) found$arms else "")
  data$site <- factor(data$site)
  right <- right_side(plan$formula, data)
  parts <- qr(model.matrix(as.formula(paste("~", right$text)), data))
  if (parts$rank < ncol(parts$qr)) return(list(why = "some combination of arm, check-in and site has no values"))
  if (sum(qr.resid(parts, data$value)^2) <= EXACT * sum((data$value - mean(data$value))^2))
    return(list(why = "the values follow from the rest without any spread"))
  random <- paste0("(1 | ", words(plan$random), ")", collapse = " + ")
  fitted <- tryCatch({
    made <- lmer(as.formula(paste("value ~", right$text, "+", random)), data, REML = TRUE)
    invisible(vcov(made))
    made
  }, error = function(broken) NULL)
  if (is.null(fitted)) return(list(why = "the estimation broke down"))
  found$data <- data
  c(found, list(fitted = fitted, right = right$text, alone = right$alone))
}

model_rows <- function(people, plan, outcome) {
  found <- model_fit(people, plan, outcome)
  if (!is.null(found$why)) return(estimate_row(outcome, "none", reason = found$why))
  fitted <- found$fitted
  data <- found$data
  arms <- found$arms
  visits <- found$visits
  right <- found$right
  reach <- qnorm(0.5 + as.numeric(plan$level) / 2)
  n <- length(unique(data$study_id))
  everybody <- data[!duplicated(data$study_id), ]
  weights <- function(arm, visit) {
    there <- everybody
    there$visit <- factor(visit, visits)
    there$arm <- factor(arm, levels(data$arm))
    colMeans(model.matrix(as.formula(paste("~", right)), there))
  }
  figure <- function(what, arm, visit, w, shift) {
    estimate_row(outcome, what, arm, visit, n, sum(w * fixef(fitted)) + shift,
                 sqrt(as.numeric(w %*% vcov(fitted) %*% w)), reach)
  }
  rows <- list()
  shown <- if (length(arms)) arms else ""
  for (arm in shown) for (visit in visits)
    rows[[length(rows) + 1]] <- figure("change", arm, visit, weights(arm, visit), -mean(everybody$baseline))
  for (arm in shown[-1]) for (visit in visits)
    rows[[length(rows) + 1]] <- figure("contrast", paste(arm, "-", shown[1]), visit,
                                       weights(arm, visit) - weights(shown[1], visit), 0)
  spread <- as.data.frame(VarCorr(fitted))
  for (name in rev(sort(words(plan$random))))
    rows[[length(rows) + 1]] <- estimate_row(outcome, paste0("sd_", name), n = n,
                                             estimate = spread$sdcor[spread$grp == name])
  rows[[length(rows) + 1]] <- estimate_row(outcome, "sd_residual", n = n, estimate = sigma(fitted))
  for (arm in found$without)
    rows[[length(rows) + 1]] <- estimate_row(outcome, "left_out", arm, n = n,
                                             reason = "left out: this arm has no follow-up value")
  for (visit in found$skipped)
    rows[[length(rows) + 1]] <- estimate_row(outcome, "left_out", visit = visit, n = n,
                                             reason = "left out: not every arm has values at this check-in")
  for (name in found$alone)
    rows[[length(rows) + 1]] <- estimate_row(outcome, "left_out", n = n,
                                             reason = paste("left out of the model:", name, "has one value only"))
  do.call(rbind, rows)
}

model_table <- function(people, plan)
  do.call(rbind, lapply(words(plan$outcomes), function(outcome) model_rows(people, plan, outcome)))

main <- function(folder, results) {
  dir.create(results, showWarnings = FALSE, recursive = TRUE)
  people <- read_people(folder)
  plan <- read_plan(folder)
  for (name in c("change", "model")) {
    table <- switch(name, change = change_table(people, plan), model = model_table(people, plan))
    file <- file.path(results, paste0(name, ".csv"))
    write.csv(table, file, row.names = FALSE, na = "")
    cat(file, ": ", nrow(table), " rows\n", sep = "")
  }
}

if (!interactive() && sys.nframe() == 0) {
  given <- commandArgs(trailingOnly = TRUE)
  main(if (length(given) > 0) given[1] else ".", if (length(given) > 1) given[2] else "results")
}
