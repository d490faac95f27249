# What of a table may be shown in a picture, and beside what; pictures.R and drawing.R say how.

PATTERNS_SHOWN <- 10
NOT_SHOWN <- "not shown"

words <- function(text) strsplit(text, " ", fixed = TRUE)[[1]]

parts <- function(text) strsplit(words(text), ":", fixed = TRUE)

shown <- function(visit) {
  ifelse(visit %in% c("m0", "baseline"), "baseline", paste("month", sub("^m(onth_)?", "", visit)))
}

# --- what may be shown

# Who gave the primary figure is told of enough people whose window is over.
is_answer_shown <- function(rows, few) rows$due >= few

unshown_words <- function(few) paste0(" Not shown: what stands for fewer than ", few, " people.")

not_shown_of <- function(few, what) {
  if (length(what)) paste0("Not shown, of fewer than ", few, " people: ", paste(what, collapse = "; "), ".") else ""
}

# The sessions whose week is over for anybody, in their order.
sessions_of <- function(rows) unique(rows$session[rows$people > 0])

# Points that stand side by side, so that no line goes over what is not shown.
in_runs <- function(rows, at) lapply(split(seq_len(nrow(rows)), at - seq_along(at)), function(run) rows[run, ])

# "3, 5 to 8" of 3, 5, 6, 7, 8.
stretches <- function(numbers) {
  runs <- split(numbers, numbers - seq_along(numbers))
  toString(vapply(runs, function(run) paste(unique(range(run)), collapse = " to "), ""))
}

# What of the arms is not shown, as a line under the picture.
unshown_of <- function(arms, numbers, noun, few) {
  told <- vapply(unique(arms), function(arm) {
    mine <- numbers[arms == arm]
    trimws(paste(toupper(arm), if (length(mine) > 1) paste0(noun, "s") else noun, stretches(mine)))
  }, "")
  not_shown_of(few, told)
}

unshown_sessions <- function(rows, few) {
  hidden <- rows[rows$people > 0 & rows$people < few, ]
  unshown_of(hidden$arm, as.integer(sub("^S", "", hidden$session)), "session", few)
}

unshown_weeks <- function(rows, few) {
  hidden <- rows[rows$n < few, ]
  unshown_of(hidden$arm, hidden$week, "week", few)
}

# How many people have patterns that are not shown, as a line under the picture.
other_patterns <- function(every, few) {
  rest <- sum(every$people) - sum(head(every$people[every$people >= few], PATTERNS_SHOWN))
  if (rest == 0) return("")
  paste0("People with other patterns, not shown: ", if (rest < few) paste("fewer than", few) else rest, ".")
}

# --- beside what the trial found

# Outcome, arm, check-in and change that the trial published; no arm where none is shown.
published <- function(plan) {
  told <- parts(plan$published)
  each <- function(n) vapply(told, function(one) one[n], "")
  data.frame(outcome = each(1), arm = each(2), visit = shown(each(3)), change = as.numeric(each(4)))
}

# Check-in and the other arm's published change less that of the arm of reference.
trial_contrasts <- function(plan, outcome) {
  told <- published(plan)
  told <- told[told$outcome == outcome & told$arm != "", ]
  other <- told[told$arm != plan$reference, ]
  usual <- told[told$arm == plan$reference, ]
  at <- match(other$visit, usual$visit)
  data.frame(visit = other$visit, estimate = other$change - usual$change[at])[!is.na(at), ]
}
