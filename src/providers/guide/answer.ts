import MiniSearch, { type SearchResult } from 'minisearch'

export interface GuideDocument {
  /** As people find it, for example `docs/guide/models.md`. */
  readonly file: string
  readonly text: string
}

export interface Section {
  readonly file: string
  readonly heading: string
  readonly body: string
}

/** Finds the section of the documents that answers a question; undefined when none speaks of it. */
export function finder(documents: readonly GuideDocument[]): (question: string) => Section | undefined {
  const sections = documents.flatMap(sectionsOf)
  const index = new MiniSearch({
    fields: ['heading', 'body'],
    searchOptions: {
      boost: { heading: 4 },
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 5 ? 0.2 : false),
    },
    // Its own splitting leaves the backquotes of code on the word.
    tokenize: words,
    processTerm: termOf,
  })
  index.addAll(sections.map((section, id) => ({ id, ...section })))
  return (question) => {
    const [best] = index.search(question)
    if (!best) return undefined
    const asked = [...new Set(words(question).map(termOf))].filter((term) => term !== null)
    return isAnswer(asked, best) ? sections[Number(best.id)] : undefined
  }
}

/** Below this a match is chance. */
const leastScore = 4

/** Whether a section speaks of what was asked: of every word, or of most words, or of half of them with one in its heading. */
function isAnswer(asked: readonly string[], { score, terms, queryTerms, match }: SearchResult): boolean {
  if (asked.every((term) => terms.includes(term))) return true
  const share = queryTerms.length / asked.length
  const inHeading = asked.some((term) => match[term]?.includes('heading'))
  return score >= leastScore && (share > 0.5 || (share === 0.5 && inHeading))
}

const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? []

/** A word as it is looked up; null for one that says nothing about the subject. */
function termOf(word: string): string | null {
  const lower = word.toLowerCase()
  return lower.length < 2 || stopWords.has(lower) ? null : stem(lower)
}

const stopWords: ReadonlySet<string> = new Set(
  'a about an and are as at be by can could do does for from get happen happens have how i if in is it me my need of on or our please put say says set should tell that the their there these this to up use using want was we what when where which who why will with work would you your picoclaw'.split(
    ' ',
  ),
)

/** A word without its ending, roughly: enough for one language and a few pages. `retries`, `retry` and `retrying` are one. */
function stem(word: string): string {
  const singular = word.replace(/(?<=..[^s])s$/, '')
  const plain = singular.replace(/(?<=...)(?:ing|ed)$/, '')
  return plain.replace(/(?<=..)(?:y|ie?)$/, 'i').replace(/(?<=...)e$/, '')
}

function sectionsOf({ file, text }: GuideDocument): readonly Section[] {
  return text
    .split(/^(?=#{1,3} )/m)
    .map((part) => {
      const [first = '', ...rest] = part.split('\n')
      return { file, heading: first.replace(/^#+ /, '').trim(), body: rest.join('\n').trim() }
    })
    .filter((section) => section.body !== '')
}
