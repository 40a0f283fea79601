import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { SkillInstaller } from './install.ts'
import type { FoundSkill } from './ports.ts'
import type { SkillFinder } from '../ports.ts'

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
    async run({ query, limit = 5 }, { signal }) {
      const found = await finder.find(query, limit, signal)
      const text = found.length === 0 ? `No skills found for "${query}".` : listOf(query, found)
      return { content: [{ type: 'text', text }], outside: 'web' }
    },
  })
}

function listOf(query: string, found: readonly FoundSkill[]): string {
  const lines = found.map(({ slug, name, summary, version, registry, score }, index) =>
    [
      `${index + 1}. **${slug}**${version ? ` v${version}` : ''}  (score: ${score.toFixed(3)}, registry: ${registry})`,
      ...(name && name !== slug ? [`   Name: ${name}`] : []),
      `   ${summary.replaceAll(/\s+/g, ' ')}`,
    ].join('\n'),
  )
  return [
    `Found ${found.length} skills for "${query}":`,
    ...lines,
    'Install one with install_skill and its slug and registry.',
  ].join('\n\n')
}

/** install_skill: takes a skill into the workspace. */
export function installSkillTool(installer: Pick<SkillInstaller, 'install'>): Tool {
  const tool = defineTool({
    name: 'install_skill',
    description: 'Installs a skill from a registry into the workspace. What is known as malware is refused.',
    input: z.object({
      slug: z.string().trim().min(1).max(300).describe('As find_skills shows it; for GitHub owner/repo/folder.'),
      registry: z.string().trim().min(1).max(100).optional().describe('As find_skills shows it.'),
      version: z.string().trim().min(1).max(100).optional().describe('Default the latest.'),
      force: z.boolean().optional().describe('Replace one that is there. Default false.'),
    }),
    readOnly: false,
    async run(order, { signal }) {
      const { name, version, registry, location, warning } = await installer.install(order, signal)
      const done = `Successfully installed skill "${name}" v${version} from ${registry} registry.\nLocation: ${location}`
      return {
        content: [{ type: 'text', text: warning === undefined ? done : `Warning: ${warning}\n\n${done}` }],
        outside: 'web',
      }
    },
  })
  return {
    ...tool,
    effects: () => ['install'],
    destination: ({ slug, registry }) =>
      `skill:${typeof registry === 'string' ? registry : 'default'}:${typeof slug === 'string' ? slug : ''}`,
  }
}
