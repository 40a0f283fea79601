import type { Message } from '../core/message.ts'
import type { SearchHit } from '../core/store.ts'

/** A word of a text as it is searched for, with the place in the text where it begins. */
export interface Word {
  readonly text: string
  readonly at: number
}
/** One word of a query as a person writes it: it may be several words of the index, which must then stand side by side. */
export interface Phrase {
  readonly words: readonly string[]
  /** True when the last word may go on: `deploy` finds `deployment`. */
  readonly open: boolean
}

// Scripts that set no spaces between words: there each letter is a word, and a word is a phrase.
const spelled =
  /[[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]&&[\p{L}\p{N}]]|[[\p{L}\p{M}\p{N}]--[[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]&&[\p{L}\p{N}]]]+/gv
const spaced = /^[\p{L}\p{N}]+$/u
const letterAlone =
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]/u
const plain = /^[0-9A-Za-z]+$/
/** Letters that stand alone and have no other form. */
const settled = /^[\u3041-\u3096\u30A1-\u30FA\u4E00-\u9FFF\uAC00-\uD7A3]$/

/** Longer words are cut: what is longer is no word but bytes in disguise. */
const longestWord = 64
/** Shorter words must fit whole. */
const shortestStart = 3
const mostPhrases = 32
/** A message is searchable by its first so many UTF-16 units. */
const indexed = 50_000
const excerptBefore = 60
const excerptLength = 200

/** The words of a text without case, accents and forms of width. They hold letters and digits only. */
export const wordsOf = (text: string): readonly Word[] => wordsIn(text).toArray()

function* wordsIn(text: string): Generator<Word, undefined> {
  for (const { 0: found, index: at } of text.matchAll(spelled))
    if (plain.test(found)) yield { text: found.toLowerCase().slice(0, longestWord), at }
    else if (settled.test(found)) yield { text: found, at }
    else for (const word of bare(found)) yield { text: cut(word), at }
}

function bare(found: string): readonly string[] {
  if (letterAlone.test(found)) return [found.normalize('NFKC')].filter((letter) => spaced.test(letter))
  const letters = found.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return letters.match(/[\p{L}\p{N}]+/gu) ?? []
}

const cut = (word: string) => word.slice(0, longestWord).replace(/[\uD800-\uDBFF]$/, '')

/** The text by which a message is found: what a person, the model or a tool said. */
export function searchText(message: Message): string {
  if (message.role === 'system') return ''
  const texts: string[] = []
  for (const part of message.parts)
    if (part.type === 'text') texts.push(part.text)
    else if (part.type === 'tool-result')
      for (const inner of part.content) if (inner.type === 'text') texts.push(inner.text)
  return texts.join('\n').slice(0, indexed)
}

/** The marks of a message for a hit in it. Which of several results fits is not known, so one from outside marks them all. */
export function marksOf(message: Message): Pick<SearchHit, 'outside' | 'speaker'> {
  if (message.role === 'tool') {
    const outside = message.parts.find((part) => part.outside !== undefined)?.outside
    return { ...(outside !== undefined && { outside }) }
  }
  if (message.role !== 'user') return {}
  const { outside, speaker } = message
  return { ...(outside !== undefined && { outside }), ...(speaker !== undefined && { speaker }) }
}

/** A query word by word. No phrase, no search. */
export function phrasesOf(query: string): readonly Phrase[] {
  return query
    .split(/\s+/)
    .map((part) => wordsOf(part).map(({ text }) => text))
    .filter((words) => words.length > 0)
    .slice(0, mostPhrases)
    .map((words) => {
      const last = words.at(-1) ?? ''
      return { words, open: last.length >= shortestStart && !letterAlone.test(last) }
    })
}

/** The places in a list of words where a phrase stands. */
export function placesOf({ words, open }: Phrase, within: readonly Word[]): readonly number[] {
  const last = words.length - 1
  const fits = (from: number) =>
    words.every((word, index) => {
      const found = within[from + index]?.text
      return open && index === last ? found?.startsWith(word) : found === word
    })
  return within.keys().filter(fits).toArray()
}

/** Some 200 characters around the first place where a query fits. */
export function excerptOf(text: string, phrases: readonly Phrase[]): string {
  const at = firstPlace(text, phrases)
  const start = at <= excerptBefore ? 0 : at - excerptBefore
  const end = Math.min(text.length, start + excerptLength - 2)
  const piece = text
    .slice(start, end)
    .replace(/^[\uDC00-\uDFFF]/, '')
    .replace(/[\uD800-\uDBFF]$/, '')
  return `${start > 0 ? '…' : ''}${piece.replaceAll(/\s+/g, ' ').trim()}${end < text.length ? '…' : ''}`
}

/** Reads no further than to the first phrase that fits. */
function firstPlace(text: string, phrases: readonly Phrase[]): number {
  const longest = Math.max(...phrases.map(({ words }) => words.length))
  const seen: Word[] = []
  for (const word of wordsIn(text)) {
    if (seen.push(word) > longest) seen.shift()
    for (const phrase of phrases) {
      const tail = seen.slice(-phrase.words.length)
      if (placesOf(phrase, tail).length > 0) return tail[0]?.at ?? 0
    }
  }
  return 0
}
