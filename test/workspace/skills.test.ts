import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openWorkspace } from '../../src/workspace/open.ts'
import type { SkillRoot } from '../../src/workspace/ports.ts'
import { skillFaults, skillWords } from '../../src/workspace/skill-file.ts'
import { findSkills } from '../../src/workspace/skills.ts'
import { inPlace } from './place.ts'

const rootsIn = (folder: string): readonly SkillRoot[] => [
  { path: join(folder, 'workspace', 'skills'), source: 'workspace' },
  { path: join(folder, 'home', 'skills'), source: 'global' },
  { path: join(folder, 'builtin'), source: 'builtin' },
]
const find = (folder: string) => findSkills(join(folder, 'workspace'), rootsIn(folder))

test('of skills with the same name that of the workspace counts, then that of the home', () =>
  inPlace(
    {
      'workspace/skills/one/SKILL.md': '---\nname: tea\ndescription: Mine.\n---\nx',
      'home/skills/tea/SKILL.md': '# tea\n\nOf the home.',
      'home/skills/milk/SKILL.md': '# milk\n\nOf the home.',
      'builtin/milk/SKILL.md': '# milk\n\nBuilt in.',
      'builtin/sugar/SKILL.md': '# sugar\n\nBuilt in.',
      'builtin/README.md': 'no skill',
      'builtin/.hidden/SKILL.md': '# hidden\n\nNo.',
      'builtin/empty/notes.txt': 'no skill',
    },
    async (folder) => {
      const { skills, warnings } = await find(folder)
      assert.deepEqual(skills, [
        {
          name: 'milk',
          description: 'Of the home.',
          location: join(folder, 'home/skills/milk/SKILL.md'),
          source: 'global',
        },
        {
          name: 'sugar',
          description: 'Built in.',
          location: join(folder, 'builtin/sugar/SKILL.md'),
          source: 'builtin',
        },
        {
          name: 'tea',
          description: 'Mine.',
          location: join(folder, 'workspace/skills/one/SKILL.md'),
          source: 'workspace',
        },
      ])
      assert.deepEqual(warnings, [])
    },
  ))

test('a skill that is not right is left out, and the warning says why', () =>
  inPlace(
    {
      'workspace/skills/a/SKILL.md': '---\nname: two words\ndescription: x\n---\n',
      'workspace/skills/b/SKILL.md': '# b\n',
      'workspace/skills/c/SKILL.md': `---\nname: c\ndescription: ${'x'.repeat(1025)}\n---\n`,
      'workspace/skills/d_d/SKILL.md': 'Words.',
    },
    async (folder) => {
      const { skills, warnings } = await find(folder)
      assert.deepEqual(skills, [])
      assert.equal(warnings.length, 4)
      for (const [index, why] of [
        /may only have letters/,
        /no description/,
        /more than 1024/,
        /may only have letters/,
      ].entries())
        assert.match(warnings[index] ?? '', why)
    },
  ))

test('name and description are found where they are said, else in title and first paragraph', async () => {
  for (const [text, name, description] of [
    ['---\n{"name": "json-skill", "description": "In JSON."}\n---\nx', 'json-skill', 'In JSON.'],
    ['# tea-maker\n<!-- aside -->\n\nMakes\ntea.\n\nMore.', 'tea-maker', 'Makes tea.'],
    ['# Tea maker\n\n## Part\n\nMakes tea.', 'folder', 'Makes tea.'],
    ['---\nname: [broken\n---\n# good\n\nWords.', 'good', 'Words.'],
    ['', 'folder', ''],
  ] as const)
    assert.deepEqual(await skillWords('folder', text), { name, description }, text)
})

test('an agent with a list of skills sees those, and gets the body of those only', () =>
  inPlace(
    {
      'AGENT.md': '---\nskills: [tea]\n---\n',
      'skills/tea/SKILL.md': '---\nname: tea\ndescription: Makes tea.\n---\n\n# Tea\n\nBoil water.\n',
      'skills/milk/SKILL.md': '# milk\n\nPours milk.',
    },
    async (folder) => {
      const workspace = await openWorkspace(folder, '/no-template')
      assert.deepEqual(
        (await workspace.read()).skills.map(({ name }) => name),
        ['tea'],
      )
      assert.equal(await workspace.skill('tea'), '# Tea\n\nBoil water.')
      assert.equal(await workspace.skill('milk'), undefined)
      assert.equal(await workspace.skill('../AGENT'), undefined)
    },
  ))

test('the skills of the template are right, each in a folder of its name', async () => {
  const folder = join(import.meta.dirname, '../../workspace/skills')
  for (const name of await readdir(folder)) {
    const words = await skillWords('other', await readFile(join(folder, name, 'SKILL.md'), 'utf8'))
    assert.equal(words.name, name)
    assert.deepEqual(skillFaults(words), [])
  }
})
