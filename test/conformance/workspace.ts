import { splitMarkdown } from '../../src/workspace/front-matter.ts'
import { skillFaults, type SkillWords, skillWords } from '../../src/workspace/skill-file.ts'
import type { Adapters } from './adapters.ts'

export const adapters: Adapters = {
  validateSkill(words: SkillWords) {
    const faults = skillFaults(words)
    return faults.length === 0 ? { ok: true } : { ok: false, error: faults.join(' ') }
  },
  parseSkillFrontmatter: (text: string) => skillWords('folder', text),
  stripFrontmatter: (text: string) => splitMarkdown(text).body,
  skillMetadata: ({ dir, skillMd }: { dir: string; skillMd: string }) => skillWords(dir, skillMd),
}
