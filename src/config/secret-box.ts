import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../core/problem.ts'
import type { Environment } from './environment.ts'

/*
 * enc:// is base64 of salt (16 bytes), nonce (12 bytes) and the AES-256-GCM ciphertext with its tag. The key is HKDF-SHA256 over
 * HMAC-SHA256(SHA256(ssh key file), passphrase), with the salt. This is the original's form; both read what the other wrote.
 */
const scheme = 'enc://'
const saltBytes = 16
const nonceBytes = 12
const tagBytes = 16

const passphraseMend = { mend: 'Put it into the variable PICOCLAW_KEY_PASSPHRASE.' }
const keyMend = { mend: 'Name the private key file in PICOCLAW_SSH_KEY_PATH.' }

/** What opens and closes secrets: a passphrase and the bytes of an ssh private key file. */
export interface Lock {
  readonly passphrase: string
  readonly keyFile: Uint8Array
}

/** The 32 bytes that a salt gives. */
export function keyFor({ passphrase, keyFile }: Lock, salt: Uint8Array): Buffer {
  const material = createHmac('sha256', createHash('sha256').update(keyFile).digest()).update(passphrase).digest()
  return Buffer.from(hkdfSync('sha256', material, salt, 'picoclaw-credential-v1', 32))
}

/** `enc://…` for a text. Salt and nonce are random unless given. */
export function encrypt(
  lock: Lock,
  text: string,
  salt: Uint8Array = randomBytes(saltBytes),
  nonce: Uint8Array = randomBytes(nonceBytes),
): string {
  if (lock.passphrase === '') throw new Problem('A secret cannot be encrypted without a passphrase.', passphraseMend)
  const cipher = createCipheriv('aes-256-gcm', keyFor(lock, salt), nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return scheme + Buffer.concat([salt, nonce, body]).toString('base64')
}

/** The text of an `enc://…`. */
export function decrypt(lock: Lock, written: string): string {
  const base64 = written.slice(scheme.length).trim()
  const bytes = Buffer.from(base64, 'base64')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || bytes.length < saltBytes + nonceBytes + tagBytes) {
    throw new Problem('This enc:// value is damaged.', { mend: 'Encrypt the secret again.' })
  }
  const salt = bytes.subarray(0, saltBytes)
  const nonce = bytes.subarray(saltBytes, saltBytes + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', keyFor(lock, salt), nonce)
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return (
      decipher.update(bytes.subarray(saltBytes + nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
    )
  } catch (cause) {
    throw new Problem('This enc:// value cannot be opened: the passphrase or the ssh key is another one.', {
      mend: 'Use the passphrase and key it was encrypted with, or encrypt the secret again.',
      cause,
    })
  }
}

/** The lock that the environment gives: `PICOCLAW_KEY_PASSPHRASE` and an ssh private key. */
export async function lockOf(environment: Environment): Promise<Lock> {
  const passphrase = environment.vars['PICOCLAW_KEY_PASSPHRASE'] ?? ''
  if (passphrase === '') throw new Problem('enc:// needs a passphrase.', passphraseMend)
  return { passphrase, keyFile: await readKey(environment) }
}

/** `PICOCLAW_SSH_KEY_PATH` even when it is empty, which means no key; else the key that onboarding makes. */
function sshKeyPath({ vars, userHome }: Environment): string {
  return vars['PICOCLAW_SSH_KEY_PATH'] ?? join(userHome, '.ssh', 'picoclaw_ed25519.key')
}

async function readKey(environment: Environment): Promise<Uint8Array> {
  const path = sshKeyPath(environment)
  if (path === '') throw new Problem('enc:// needs an ssh key, but PICOCLAW_SSH_KEY_PATH is empty.', keyMend)
  try {
    return await readFile(path)
  } catch (cause) {
    throw new Problem(`enc:// needs the ssh key ${path}, which cannot be read.`, { ...keyMend, cause })
  }
}
