import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zoneOf } from '../../src/kit/zone.ts'
import { budgetCommand, budgetReport, budgetText, budgetWish } from '../../src/ledger/budget.ts'
import { allCaps, caps } from '../../src/ledger/caps.ts'
import { dollars } from '../../src/ledger/money.ts'
import type { BudgetSettings } from '../../src/ledger/ports.ts'
import { memoryBudget, memoryNotes } from '../fakes/store/facts.ts'

const zone = zoneOf('Europe/Berlin')
const now = Date.parse('2026-11-30T12:00:00Z')
const day = Date.parse('2026-11-29T23:00:00Z')
const month = Date.parse('2026-10-31T23:00:00Z')

function setUp(settings: BudgetSettings) {
  const parts = { settings, budget: memoryBudget(), notes: memoryNotes(), now, zone }
  const say = (text: string, owner = true) => budgetCommand(parts, { text, session: 's', owner })
  return { parts, say }
}

test('caps are those of the key, the agent, the cause and the whole house, with where their time begins', () => {
  const settings: BudgetSettings = {
    budget: {
      day: 1,
      month: 20,
      per_agent: { main: { day: 0.5 } },
      per_cause: { cron: { month: 3 }, constructor: { day: 1 } },
    },
    keys: { laptop: { month: 2 } },
  }
  const found = caps(settings, { agent: 'main', cause: 'cron', client: 'laptop', session: 's' }, now, zone)
  assert.deepEqual(
    found.map(({ scope, since, micros }) => [scope, since, micros]),
    [
      ['key:laptop', month, 2_000_000],
      ['agent:main', day, 500_000],
      ['cause:cron', month, 3_000_000],
      ['all', day, 1_000_000],
      ['all', month, 20_000_000],
    ],
  )
  assert.deepEqual(
    caps({ budget: { per_agent: { main: { day: 1 } } } }, { agent: 'toString', cause: 'chat' }, now, zone),
    [],
  )
  assert.equal(allCaps(settings, now, zone).length, 6)
})

test('the text tells each cap with spent and left, and where there is none how to set one', async () => {
  const { parts, say } = setUp({ budget: { day: 3, per_agent: { helper: { month: 10 } } } })
  await parts.budget.settle('x', now, 1_120_000, ['all', 'agent:helper'])
  await parts.budget.reserve({
    id: 'y',
    at: now,
    micros: 500_000,
    caps: [{ scope: 'all', since: day, micros: 3_000_000 }],
    expiresAt: now + 1,
  })
  assert.equal(
    await say(''),
    [
      '- The cap of $3.00 a day: $1.12 spent, $0.50 held by calls under way, $1.38 left; anew at 2026-12-01 00:00.',
      '- The cap of $10.00 a month for the agent helper: $1.12 spent, $8.88 left; anew at 2026-12-01 00:00.',
    ].join('\n'),
  )
  assert.match(budgetText([], zone), /^No cap is set/)
})

test('an owner adds to the day and takes away; nobody else changes anything', async () => {
  const { parts, say } = setUp({ budget: { day: 3 } })
  assert.match(
    await say('+5'),
    /The cap of \$8\.00 a day: \$0 spent, \$8\.00 left; \$5\.00 of it was added for this day;/,
  )
  assert.match(await say('+2,50 today'), /The cap of \$10\.50 a day/)
  assert.match(await say('-1'), /The cap of \$9\.50 a day/)
  const before = await parts.notes.list('')
  assert.match(await say('+5', false), /^Only an owner/)
  assert.match(await say('off', false), /^Only an owner/)
  assert.match(await say('much'), /^"much" is no amount/)
  assert.deepEqual(await parts.notes.list(''), before)
})

test('raises of days gone by do not pile up', async () => {
  const { parts, say } = setUp({ budget: { day: 3 } })
  await say('+5')
  await budgetCommand({ ...parts, now: now + 86_400_000 }, { text: '+1', session: 's', owner: true })
  assert.deepEqual(
    (await parts.notes.list('')).map(({ name }) => name),
    ['budget/raise/day/2026-12-01'],
  )
})

test('without a cap for the day the month is raised; without any there is nothing to raise', async () => {
  assert.match(await setUp({ budget: { month: 3 } }).say('+5'), /The cap of \$8\.00 a month/)
  assert.match(await setUp({ budget: {} }).say('+5'), /no cap for a day or a month/)
})

test('a conversation gets a budget of its own and loses it', async () => {
  const { parts, say } = setUp({ budget: {} })
  assert.match(await say('2'), /^- The budget of \$2\.00 for this conversation: \$0 spent, \$2\.00 left\.$/)
  assert.deepEqual(await budgetReport(parts, 'another'), [])
  assert.match(await say('off'), /no budget of its own now/)
  assert.deepEqual(await budgetReport(parts, 's'), [])
})

test('amounts are read as people write them', () => {
  assert.deepEqual(budgetWish(' + $5 '), { wish: 'raise', micros: 5_000_000 })
  assert.deepEqual(budgetWish('2.5'), { wish: 'session', micros: 2_500_000 })
  for (const text of ['5 apples', '++5', '1e9', '5 tomorrow'])
    assert.deepEqual(budgetWish(text), { wish: 'unclear' }, text)
})

test('money is shown to the cent, small sums to the hundredth of one', () => {
  assert.deepEqual([0, 1, 150, 99_999, 100_000, 1_234_567, -2_000_000].map(dollars), [
    '$0',
    'less than $0.0001',
    '$0.0001',
    '$0.1000',
    '$0.10',
    '$1.23',
    '-$2.00',
  ])
})
