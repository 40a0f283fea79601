import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { inFolder } from '../context.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const suite = join(root, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js')
const client = join(import.meta.dirname, 'conformance-client.ts')

// The scenarios that ask for neither a login nor a person.
for (const scenario of ['initialize', 'tools_call', 'sse-retry'])
  test(`the official conformance suite is content with us: ${scenario}`, () =>
    inFolder(async (folder) => {
      const command = `${process.execPath} ${client}`
      const args = [suite, 'client', '--command', command, '--scenario', scenario, '--output-dir', folder]
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 60_000 })
      const said = stdout + stderr
      assert.match(said, /Passed: [1-9]\d*\/\d+, 0 failed/, said)
    }))
