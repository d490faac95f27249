# Loads every table of this export into R, with types, labels and why a value is missing.
#
#   source("load.R"); data <- load_export("the folder of this file"); str(data$doses)
#
# CSV needs base R only; .sav and .dta need the package haven. What a column means stands in its attribute `label`; what
# the codes of a column mean stands in its attribute `meanings`. Blank is NA, never zero: the codebook says which column
# tells why. Instants are UTC; local times and times of day stay text, since some are a date alone.

load_export <- function(folder = ".") {
  codebook <- read_text(file.path(folder, "codebook.csv"), blank = character())
  tables <- unique(codebook$table)
  sapply(tables, function(name) load_table(folder, name, codebook[codebook$table == name, ]), simplify = FALSE)
}

load_table <- function(folder, name, columns) {
  place <- file.path(folder, name)
  if (file.exists(paste0(place, ".sav"))) return(as.data.frame(haven::read_sav(paste0(place, ".sav"), user_na = TRUE)))
  if (file.exists(paste0(place, ".dta"))) return(as.data.frame(haven::read_dta(paste0(place, ".dta"))))
  cells <- read_text(paste0(place, ".csv"), blank = "")
  stopifnot(identical(names(cells), columns$column))
  for (at in seq_len(nrow(columns))) cells[[at]] <- typed(cells[[at]], columns[at, ])
  cells
}

read_text <- function(file, blank) {
  read.csv(file, colClasses = "character", na.strings = blank, check.names = FALSE, encoding = "UTF-8",
           strip.white = FALSE, comment.char = "")
}

typed <- function(x, column) {
  meanings <- listed(column$values)
  y <- switch(column$type,
    integer = as.integer(x),
    decimal = as.numeric(x),
    boolean = as.logical(as.integer(x)),
    instant = as.POSIXct(x, format = "%Y-%m-%dT%H:%M:%SZ", tz = "UTC"),
    date = as.Date(x),
    # a code of an older release has no meaning here, and stays
    code = if (length(meanings)) factor(x, levels = union(names(meanings), sort(unique(x), method = "radix"))) else x,
    without_apostrophe(x))
  if (any(is.na(y) & !is.na(x))) stop(column$table, ".", column$column, ": a cell is not what the codebook says")
  attr(y, "label") <- column$label
  if (length(meanings)) attr(y, "meanings") <- meanings
  y
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
