# Loads every table of this export into R, with types, labels and why a value is missing.
#
#   source("load.R"); data <- load_export("the folder of this file"); str(data$doses)
#
# CSV needs base R only; .sav and .dta need the package haven. A table is the same from each: the codebook says its types.
# What a column means stands in its attribute `label`, what its codes mean in `meanings`, and why each of its cells is
# blank in `reasons`. Blank is NA, never zero, and no number stands for a reason. Instants are UTC; local times and
# times of day stay text, since some are a date alone.

load_export <- function(folder = ".") {
  codebook <- read_text(file.path(folder, "codebook.csv"), blank = character())
  tables <- unique(codebook$table)
  sapply(tables, function(name) load_table(folder, name, codebook[codebook$table == name, ]), simplify = FALSE)
}

load_table <- function(folder, name, columns) {
  cells <- read_cells(file.path(folder, name), columns)
  stopifnot(identical(names(cells), columns$column))
  for (at in seq_len(nrow(columns))) cells[[at]] <- typed(cells[[at]], columns[at, ])
  why <- lapply(seq_len(nrow(columns)), function(at) reasons(cells, columns, at))
  for (at in which(columns$missing != "")) attr(cells[[at]], "reasons") <- why[[at]]
  cells
}

# the cells as text, or as haven reads numbers: missing where they say why
read_cells <- function(place, columns) {
  if (file.exists(paste0(place, ".sav"))) return(as.data.frame(haven::read_sav(paste0(place, ".sav"))))
  if (file.exists(paste0(place, ".dta"))) return(as.data.frame(haven::read_dta(paste0(place, ".dta"))))
  cells <- read_text(paste0(place, ".csv"), blank = "")
  words <- !columns$type %in% c("integer", "decimal", "boolean", "instant", "date", "code")
  cells[words] <- lapply(cells[words], without_apostrophe)
  cells
}

read_text <- function(file, blank) {
  read.csv(file, colClasses = "character", na.strings = blank, check.names = FALSE, encoding = "UTF-8",
           strip.white = FALSE, comment.char = "")
}

typed <- function(x, column) {
  y <- switch(column$type,
    integer = as.integer(plain(x)),
    decimal = as.numeric(plain(x)),
    boolean = as.logical(as.integer(plain(x))),
    instant = if (is.character(x)) as.POSIXct(x, format = "%Y-%m-%dT%H:%M:%SZ", tz = "UTC") else as.POSIXct(x, tz = "UTC"),
    date = as.Date(x),
    code = coded(x, column),
    plain(x))
  if (any(is.na(y) & !is.na(plain(x)))) stop(column$table, ".", column$column, ": a cell is not what the codebook says")
  for (given in setdiff(names(attributes(y)), c("levels", "class", "tzone"))) attr(y, given) <- NULL
  attr(y, "label") <- column$label
  if (column$values != "") attr(y, "meanings") <- listed(column$values)
  y
}

# without what haven says of a column; one kind of NA, and no empty text
plain <- function(x) {
  x <- as.vector(unclass(x))
  x[is.na(x)] <- NA
  if (is.character(x)) x[x %in% ""] <- NA
  x
}

# a code of an older release has no meaning here, and stays; a label says it where it is a number
coded <- function(x, column) {
  known <- names(listed(column$values))
  codes <- plain(x)
  if (!is.character(codes)) {
    numbers <- listed(column$numbers)
    labels <- attr(x, "labels")
    older <- labels[grepl(OLDER, names(labels), fixed = TRUE)]
    of <- c(unname(numbers), sub(OLDER, "", names(older), fixed = TRUE))
    codes <- of[match(codes, c(as.numeric(names(numbers)), as.numeric(older)))]
  }
  factor(codes, levels = union(known, sort(unique(codes), method = "radix")))
}

OLDER <- " (of an older release)"

# why each cell of a column is blank; NA where there is a value, or nothing is known
reasons <- function(cells, columns, at) {
  known <- names(listed(columns$missing[at]))
  said <- rep(if (length(known) == 1) known else NA_character_, nrow(cells))
  if (columns$reason_in[at] != "") {
    why <- match(columns$reason_in[at], columns$column)
    said <- as.character(cells[[why]])
    own <- intersect(names(listed(columns$missing[why])), known)  # where it is blank too, its own reason is the reason
    said[is.na(said)] <- own[1]
  }
  ifelse(is.na(cells[[at]]) & said %in% known, said, NA_character_)
}

# "took = Took the dose | later = Later" as a vector of meanings, named by code
listed <- function(text) {
  if (text == "") return(character())
  parts <- strsplit(text, " | ", fixed = TRUE)[[1]]
  at <- regexpr(" = ", parts, fixed = TRUE)
  setNames(substring(parts, at + 3), substring(parts, 1, at - 1))
}

# a text that a spreadsheet would take for a formula has an apostrophe before it
without_apostrophe <- function(x) sub("^'('*[=+@\t-])", "\\1", x)
