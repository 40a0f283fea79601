import { z } from 'zod'
import type { Tool } from '../core/tool.ts'
import { defineTool } from './define.ts'
import type { FoundSkill, SkillFinder } from './ports.ts'

/** find_skills: looks for skills that could be installed. */
export function findSkillsTool(finder: SkillFinder): Tool {
  return defineTool({
    name: 'find_skills',
    description: 'Searches the registries for skills: instructions and scripts for a kind of task.',
    input: z.object({
      query: z.string().trim().min(1).max(200).describe('What the skill should do.'),
      limit: z.int().min(1).max(20).optional().describe('Skills to show. Default 5.'),
    }),
    readOnly: true,
    outside: 'web',
    async run({ query, limit = 5 }, { signal }) {
      const found = (await finder.find(query, limit, signal)).slice(0, limit)
      if (found.length === 0) return `No skills found for "${query}"`
      return [
        `Found ${found.length} skills for "${query}":`,
        ...found.map((skill, index) => `\n${index + 1}. ${linesOf(skill)}`),
        '\nInstall one with install_skill and its slug.',
      ].join('\n')
    },
  })
}

function linesOf({ slug, name, summary, version, registry, score }: FoundSkill): string {
  const head = `**${slug}**${version ? ` v${version}` : ''}  (score: ${score.toFixed(3)}, registry: ${registry})`
  return [head, ...(name && name !== slug ? [`   Name: ${name}`] : []), `   ${summary}`].join('\n')
}
