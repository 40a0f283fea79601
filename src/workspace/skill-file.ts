import { readMatter, splitMarkdown } from './front-matter.ts'

export interface SkillWords {
  readonly name: string
  readonly description: string
}

const namePattern = /^[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*$/
const longestName = 64
const longestDescription = 1024

/** What a SKILL.md calls its skill, with the folder's name and the first paragraph where it does not say. */
export async function skillWords(folder: string, text: string): Promise<SkillWords> {
  const { matter, body } = splitMarkdown(text)
  const read = matter === undefined ? undefined : await readMatter(matter)
  const fields = read?.ok ? read.fields : {}
  const said = (key: string) => (typeof fields[key] === 'string' ? fields[key].trim() : '')
  return {
    name: said('name') || titleName(body) || folder,
    description: said('description') || firstParagraph(body),
  }
}

/** What is wrong with a skill's name and description, one sentence each. */
export function skillFaults({ name, description }: SkillWords): readonly string[] {
  return [
    ...(name === '' ? ['It has no name.'] : []),
    ...(name !== '' && !isSkillName(name)
      ? [`Its name "${name}" may only have letters, digits and single hyphens between them, ${longestName} at most.`]
      : []),
    ...(description === '' ? ['It has no description.'] : []),
    ...(description.length > longestDescription
      ? [`Its description has more than ${longestDescription} characters.`]
      : []),
  ]
}

const isSkillName = (name: string): boolean => name.length <= longestName && namePattern.test(name)

function titleName(body: string): string {
  const [, title = ''] = /^# +(.+?) *#* *$/m.exec(body) ?? []
  return isSkillName(title) ? title : ''
}

function firstParagraph(body: string): string {
  const paragraphs = body.replaceAll(/<!--[^]*?-->/g, '').split(/\n[ \t]*\n/)
  const found = paragraphs
    .map((paragraph) =>
      paragraph
        .replaceAll(/^#+ .*$/gm, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .find((paragraph) => paragraph !== '')
  return found ?? ''
}
