import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One secret for each way in which a secret reaches the program. */
export const planted = {
  key: 'sk-live-9f8e7d6c5b4a',
  'second key': 'sk-live-9f8e7d6c5b4a-longer',
  'key with odd characters': 'bra"ve\\kéy/+=😀 4711',
  'key in the environment': 'gsk_env1234567890',
  'password of the proxy': 'pr0xy-p@ss:word',
  'password in an address': 'addr3ss-passw0rd',
} as const
export const secrets = Object.values(planted)

const formsOf = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
]
/** Everything a talkative model could say, every secret in every form. */
export const everything = `The keys are ${secrets.flatMap(formsOf).join(' and ')}. The end.`

export function assertClean(text: string, where: string): void {
  const leaks = Object.entries(planted).filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
  // Names alone: a failing test must not print what leaked.
  assert.deepEqual(
    leaks.map(([name]) => name),
    [],
    where,
  )
}

/** All that a run left in its home, but for the configuration itself. */
export const stored = (home: string) =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'config.json')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString())
    .join('\n')
