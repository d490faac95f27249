# The tables of change and the mixed models of this export, from its CSV files alone.
#
#   Rscript analysis.R [folder of the export] [folder for results]
#
# Needs lme4. The plan is the file analysis.dcf; analysis.py does the same in Python. Writes change.csv (change from
# baseline of who has both, with t intervals) and model.csv (restricted maximum likelihood, with normal intervals). What
# cannot be estimated is blank, and `reason` says why. `arm` is empty where none is shown.

suppressPackageStartupMessages(library(lme4))

words <- function(text) strsplit(text, " ", fixed = TRUE)[[1]]

read_plan <- function(folder) as.list(read.dcf(file.path(folder, "analysis.dcf"))[1, ])

read_people <- function(folder) {
  text <- c(study_id = "character", site = "character", arm = "character", therapy_group = "character")
  read <- function(name) {
    file <- file.path(folder, paste0(name, ".csv"))
    there <- names(read.csv(file, nrows = 0, check.names = FALSE))
    read.csv(file, colClasses = text[names(text) %in% there], na.strings = "", check.names = FALSE, encoding = "UTF-8")
  }
  people <- read("wide")
  people <- people[people$status != "invited", ]
  met <- read("attendance")
  met <- met[!duplicated(met$study_id, fromLast = TRUE), ]
  # who is in no group is a group of one; blinded nobody is known to be in one
  people$therapy_group <- rep(NA_character_, nrow(people))
  if (!is.null(met$therapy_group)) people$therapy_group <- met$therapy_group[match(people$study_id, met$study_id)]
  alone <- is.na(people$therapy_group)
  people$therapy_group[alone] <- people$study_id[alone]
  if (is.null(people$arm)) people$arm <- rep("", nrow(people))
  people$arm[is.na(people$arm)] <- ""
  people[order(people$study_id, method = "radix"), ]
}

follow_up <- function(people, plan, outcome) {
  rows <- lapply(words(plan$visits), function(visit) {
    value <- as.numeric(people[[paste0(outcome, "_", visit)]])
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
  do.call(rbind, rows)
}

# --- the mixed model

estimate_row <- function(outcome, what, arm = "", visit = "", n = NA, estimate = NA, se = NA, reach = NA, reason = "") {
  data.frame(outcome, what, arm, visit, n, estimate, se, low = estimate - reach * se, high = estimate + reach * se,
             reason)
}

too_little <- function(data, plan, arms, visits) {
  people <- length(unique(data$study_id))
  if (people < as.integer(plan$least_people))
    return(paste0(people, " people have a baseline and a follow-up value; the plan asks for at least ",
                  plan$least_people))
  if (!is.null(plan$reference) && length(arms) < 2) return("there are not two arms to compare")
  if (length(visits) < 2)
    return("there is one follow-up check-in with values: people cannot be told from chance")
  if (length(unique(data$value)) < 2) return("all values are the same")
  NULL
}

right_side <- function(formula, data) {
  terms <- trimws(strsplit(sub("^value ~", "", formula), "+", fixed = TRUE)[[1]])
  varies <- function(term) all(sapply(all.vars(as.formula(paste("~", term))),
                                      function(name) length(unique(data[[name]])) > 1))
  paste(terms[sapply(terms, varies)], collapse = " + ")
}

model_rows <- function(people, plan, outcome) {
  data <- follow_up(people, plan, outcome)
  arms <- setdiff(arms_of(people, plan), "")
  if (length(arms)) data <- data[data$arm %in% arms, ]
  visits <- words(plan$visits)[words(plan$visits) %in% data$visit]
  why <- too_little(data, plan, arms, visits)
  if (!is.null(why)) return(estimate_row(outcome, "none", reason = why))
  data$visit <- factor(data$visit, visits)
  data$arm <- factor(data$arm, if (length(arms)) arms else "")
  data$site <- factor(data$site)
  right <- right_side(plan$formula, data)
  design <- model.matrix(as.formula(paste("~", right)), data)
  if (qr(design)$rank < ncol(design))
    return(estimate_row(outcome, "none", reason = "some combination of arm, check-in and site has no values"))
  random <- paste0("(1 | ", words(plan$random), ")", collapse = " + ")
  fitted <- lmer(as.formula(paste("value ~", right, "+", random)), data, REML = TRUE)
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
