import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Rule, ruleTable } from '../../src/access/rules.ts'

const words = {
  write: 'write a file',
  memory: 'change memory or what later turns are built from',
  send: 'send a message',
  run: 'run a program',
  network: 'reach a place in the network',
  install: 'install something',
  schedule: 'change the schedule',
  delegate: 'start a sub-agent',
  settings: 'change settings',
} as const

function call({ effects, with: also, reach, loses, command }: Rule): string {
  const what =
    effects.length === Object.keys(words).length ? 'do anything' : effects.map((one) => words[one]).join(', ')
  const away = effects.includes('memory') ? 'that is not their own' : 'elsewhere'
  const where = reach?.includes('named') ? away : reach && 'that nobody named'
  const run = effects.includes('run')
  return [
    what,
    where,
    also && 'with the network open',
    loses && (run ? 'that is not plainly reading' : 'in place of one that is there'),
    command && 'with a job that runs a command',
  ]
    .filter(Boolean)
    .join(' ')
}

function when({ tainted, role, cause, sandboxed, console: terminal }: Rule): string {
  return [
    tainted && 'the turn is tainted',
    role && `it is a ${role}'s turn`,
    cause && `it is made for: ${cause.join(', ')}`,
    sandboxed === false && 'there is no sandbox',
    terminal === false && "the turn is not an owner's at the terminal",
  ]
    .filter(Boolean)
    .join(', ')
}

const rows = ruleTable.map((rule) => [`\`${rule.id}\``, call(rule), when(rule), rule.verdict].join(' | '))
const cells = (line: string) =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .filter(Boolean)
    .join(' | ')

test('the rule table of the docs is the one in the code', () => {
  const page = readFileSync('docs/access.md', 'utf8')
  const [, table = ''] = /<!-- rules -->\n([^]*)<!-- \/rules -->/.exec(page) ?? []
  const told = table.trim().split('\n').slice(2).map(cells)
  assert.deepEqual(told, rows, `The table should be:\n\n${rows.map((row) => `| ${row} |`).join('\n')}`)
})

test('no two rules have the same name', () => {
  assert.equal(new Set(ruleTable.map(({ id }) => id)).size, ruleTable.length)
})
