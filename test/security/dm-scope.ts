import assert from 'node:assert/strict'
import { alice, fakeTelegram, type FakeTelegram } from '../fakes/telegram/server.ts'
import { eventually, stage } from '../e2e/gateway/stage.ts'

const bob = { id: 2002, is_bot: false, first_name: 'Bob' }

/** Who speaks where. */
const voices = ['alice-telegram', 'bob-telegram', 'alice-other', 'bob-other'] as const
type Voice = (typeof voices)[number]

/** For each scope, the voices that share a conversation. */
export const scopes: Readonly<Record<string, readonly (readonly Voice[])[]>> = {
  main: [voices],
  'per-peer': [
    ['alice-telegram', 'alice-other'],
    ['bob-telegram', 'bob-other'],
  ],
  'per-channel-peer': voices.map((voice) => [voice]),
  'per-account-channel-peer': voices.map((voice) => [voice]),
}

const wordOf = (voice: Voice, turn: number) => `word-of-${voice}-${turn}-end`
const heardIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/word-of-(\w+-\w+)-\d+-end/g)].map(([, voice = '']) => voice))

/** Two people speak on two channels, all at once, so many turns each; what the model is asked holds no word of another conversation. */
export async function mixedTurns(scope: string, turnsEach: number): Promise<void> {
  const groups = scopes[scope] ?? []
  await using other = await fakeTelegram({ token: '777:SECOND-token' })
  await using scene = await stage({
    answer: () => 'Noted.',
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      telegram.allow_from = ['1001', '2002']
      telegram.settings['streaming'] = { enabled: false }
      const settings = { ...telegram.settings, token: other.token, base_url: other.url }
      config.channel_list['other'] = { ...telegram, settings }
      config['owners'] = ['telegram:1001']
      config['session'] = { dm_scope: scope }
    },
  })
  for (const fake of [scene.telegram, other])
    fake.state.chats.set(bob.id, { id: bob.id, type: 'private', first_name: 'Bob' })

  async function speak(voice: Voice): Promise<void> {
    const [person, place] = voice.split('-')
    const fake: FakeTelegram = place === 'other' ? other : scene.telegram
    const from = person === 'bob' ? bob : alice
    for (let turn = 1; turn <= turnsEach; turn += 1) {
      fake.say(wordOf(voice, turn), { from }, from.id)
      await eventually(() => {
        // Nobody has to wait for the rest of a message in parts.
        scene.clock.hurry(40)
        return fake.shown.filter(({ chat }) => chat === from.id).length >= turn
      }, `${voice} is answered ${turn} times`)
    }
  }
  await Promise.all(voices.map(speak))

  const heard = scene.model.seen.map(({ raw }) => heardIn(raw))
  for (const [index, request] of heard.entries())
    assert.ok(
      groups.some((group) => [...request].every((voice) => group.includes(voice as Voice))),
      `request ${index} holds words of ${[...request].join(', ')}`,
    )
  for (const group of groups)
    assert.ok(
      heard.some((request) => group.every((voice) => request.has(voice))),
      `${group.join(', ')} share a conversation`,
    )
  // Each of them came to a model.
  const all = scene.model.seen.map(({ raw }) => raw).join('\n')
  for (const voice of voices)
    for (let turn = 1; turn <= turnsEach; turn += 1) assert.ok(all.includes(wordOf(voice, turn)), wordOf(voice, turn))
}
