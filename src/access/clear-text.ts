/**
 * The text with everything that a reader would not see, or see elsewhere, written out as `\u{…}`: control characters, line ends,
 * marks of direction, characters without width, variation selectors, private use, half pairs, blanks other than the space.
 */
export function clearText(text: string): string {
  return text.replace(hidden, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`)
}

const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** At most some `most` characters: the middle is left out, with its length. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text
  const head = Math.ceil((most * 2) / 3)
  const tail = most - head
  const left = text.length - head - tail
  return `${text.slice(0, head).toWellFormed()}[… ${left} characters left out …]${text.slice(text.length - tail).toWellFormed()}`
}
