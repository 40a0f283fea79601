import assert from 'node:assert/strict'
import { test } from 'node:test'
import { terminal } from '../app/terminal.ts'
import { obedient } from './obedient.ts'
import { picoclaw } from './program.ts'

const question = 'What does the page say?'

test('-m denies what needs an approval, exits with 3 and says what was not done', async () => {
  await using scene = await obedient()
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', question], { home: scene.home })
  assert.equal(code, 3, stderr)
  assert.equal(stdout, 'I did what I could.\n')
  assert.match(stderr, /^Not done, .*nobody was there.*exec, command: "touch pwned"/m)
  assert.match(stderr, /Text from outside is in this turn/)
  assert.equal(scene.pwned(), false)
})

for (const [answer, happens] of [
  [true, true],
  [false, false],
] as const)
  test(`in a conversation the person is asked with the exact command; ${answer ? 'yes lets it run' : 'no does not'}`, async () => {
    await using scene = await obedient()
    const asked: string[] = []
    await using chat = await terminal(scene.home, {
      confirm: async (text) => {
        asked.push(text)
        return answer
      },
    })
    await chat.ask(question)
    assert.equal(asked.length, 1)
    assert.match(asked[0] ?? '', /command: "touch pwned"/)
    assert.equal(scene.pwned(), happens)
    assert.equal(chat.exitCode, 0)
  })
