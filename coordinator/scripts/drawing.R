# How the pictures of the report are drawn, with base graphics; pictures.R, beside it, says what is drawn.
#
# Arms are told apart by shape and line, not by colour alone.

INK <- "#222222"
FAINT <- "#E6E6E6"
GREY <- "#777777"
COLOURS <- c("#0072B2", "#B35900")
FILLS <- c("#0072B2", "#F3DCC4")
BANDS <- c("#0072B22E", "#B359002E")
SHAPES <- c(16, 18)
LINES <- c(1, 2)

named <- function(arm) ifelse(arm == "", "everybody", toupper(arm))

PER_LINE <- 0.18 # inches

NOTE <- 96 # letters that a line under a picture has room for

# What opens a file of each format, of so many inches.
DEVICES <- list(
  pdf = function(file) function(width, height) pdf(file, width, height, pointsize = 10, useDingbats = FALSE),
  svg = function(file) function(width, height) svg(file, width, height, pointsize = 10),
  png = function(file) function(width, height) png(file, width, height, "in", 10, res = 150, type = "cairo"))

# A picture with its title above and its words below, `note` the first of them; `device` opens a file of so many inches.
picture <- function(device, title, said, draw, width = 8, height = 3.4, note = "") {
  lines <- c(if (note != "") strwrap(note, NOTE + 1), strwrap(said, 15 * width))
  device(width, height + PER_LINE * (length(lines) + 2.5))
  par(oma = c(length(lines) + 0.5, 0.5, 2, 0.5), mar = c(4, 4, 2, 0.5), mgp = c(2.4, 0.6, 0), las = 1, fg = GREY,
      col.axis = INK, col.lab = INK, family = "sans", cex = 1, tcl = -0.3)
  draw()
  mtext(title, side = 3, outer = TRUE, line = 0.7, adj = 0, font = 2, col = INK)
  mtext(lines, side = 1, outer = TRUE, line = seq_along(lines) - 0.8, adj = 0, cex = 0.8, col = INK)
  invisible(dev.off())
  TRUE
}

# An empty field with its lines, whose axes reach over all of it; check-ins or sessions at whole numbers, by their names.
field <- function(x, y, names = NULL, xlab = "", ylab = "", ticks = NULL) {
  plot(NA, xlim = x, ylim = range(pretty(y)), xlab = xlab, ylab = ylab, axes = FALSE, xaxs = "i")
  abline(h = axTicks(2), col = FAINT)
  axis(2, col = GREY)
  if (is.null(ticks)) ticks <- if (is.null(names)) axTicks(1) else seq_along(names)
  axis(1, par("usr")[1:2], c("", ""), col = GREY, lwd.ticks = 0)
  axis(1, ticks, if (is.null(names)) ticks else names, col = GREY)
}

# A text upright in the place of each point that is not shown.
unshown <- function(at, texts) {
  if (length(at)) text(at, par("usr")[3], paste0(" ", texts), srt = 90, adj = c(0, 0.5), cex = 0.8, col = GREY)
}

# What the marks are called, in a row `up` inches above the field.
above <- function(names, ..., up = 0) {
  at <- grconvertY(grconvertY(1, "npc", "inches") + up, "inches", "user")
  legend(par("usr")[1], at, paste0(names, "   "), horiz = TRUE, bty = "n", yjust = 0, xpd = NA, text.col = INK, ...)
}

legend_of_points <- function(arms, lty = NULL, ...) {
  if (length(arms) > 1) above(named(arms), pch = SHAPES, col = COLOURS, lty = lty, pt.cex = 1.3, ...)
}

beside <- function(arms, arm, step) if (length(arms) > 1) (match(arm, arms) - 1.5) * 2 * step else 0

told_apart <- function(arms) {
  if (length(arms) < 2) return("")
  paste0(" Circles are ", named(arms[1]), ", diamonds are ", named(arms[2]), ".")
}

# --- boxes from screening on

BOX <- 36
ROW <- 54
LINE <- 16
WIDE <- 640

box <- function(x, row, lines, wide = 0.44) {
  middle <- row * ROW + BOX / 2
  half <- BOX / 2 + (length(lines) - 1) * LINE / 2
  list(x = x * WIDE, left = (x - wide / 2) * WIDE, right = (x + wide / 2) * WIDE, top = middle - half,
       foot = middle + half, middle = middle, lines = lines)
}

draw_box <- function(one) {
  rect(one$left, one$top, one$right, one$foot, col = "white", border = INK)
  many <- length(one$lines) > 1
  at <- one$middle + (seq_along(one$lines) - (length(one$lines) + 1) / 2) * LINE
  text(if (many) one$left + LINE else one$x, at, one$lines, adj = c(if (many) 0 else 0.5, 0.5), cex = 0.85, col = INK)
}
