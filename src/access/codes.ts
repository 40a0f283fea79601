import { createHash, randomInt, timingSafeEqual } from 'node:crypto'

/** Letters and digits that nobody takes for another: no I, L, O, 0, 1. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** A code that cannot be foretold. Eight characters are 8.5 · 10¹¹ codes. */
export function newCode(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** A code as a person may have typed it: small letters, blanks and hyphens do not matter. */
export function readCode(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '')
}

/** True when the text can be a code at all. */
export function isCode(text: string, length: number): boolean {
  return text.length === length && text.split('').every((character) => alphabet.includes(character))
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Compares two digests in a time that does not depend on where they differ. */
export function isSameDigest(left: string, right: string): boolean {
  const [one, two] = [Buffer.from(left), Buffer.from(right)]
  return one.length === two.length && timingSafeEqual(one, two)
}
