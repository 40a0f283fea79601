import MiniSearch from 'minisearch'

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
    processTerm: (term) => (stopWords.has(term.toLowerCase()) ? null : stem(term.toLowerCase())),
  })
  index.addAll(sections.map((section, id) => ({ id, ...section })))
  return (question) => {
    const [best] = index.search(question)
    if (!best || best.score < leastScore) return undefined
    const asked = words(question).filter((word) => !stopWords.has(word))
    return best.queryTerms.length >= asked.length * leastShare ? sections[Number(best.id)] : undefined
  }
}

/** Below this a match is chance. */
const leastScore = 4
/** The part of a question's words that a section must speak of. */
const leastShare = 0.5

const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const stopWords: ReadonlySet<string> = new Set(
  'a about an and are as at be by can could do does for from have how i if in is it me my need of on or our please should that the their there these this to use using want was we what when where which who why will with work would you your picoclaw'.split(
    ' ',
  ),
)

/** Plurals and verb endings, roughly: enough for one language and a few pages. */
function stem(term: string): string {
  return term.replace(/(?:ing|ed|es|s)$/, (ending) => (term.length - ending.length >= 4 ? '' : ending))
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
