import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { Webhook } from 'standardwebhooks'
import { newSecret, publicKeyOf, signedHeaders } from '../../src/webhooks/signing.ts'

const NOW = new Date()
const BODY = '{"a":1}'

const verifies = (publicKey: string, headers: Record<string, string>, signature: string) => {
  const key = createPublicKey({
    key: Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(publicKey.slice('whpk_'.length), 'base64'),
    ]),
    ...{ format: 'der', type: 'spki' },
  })
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${BODY}`)
  return verify(null, content, key, Buffer.from(signature.slice('v1a,'.length), 'base64'))
}

test('a request is signed with both kinds, and verified by the public library and the public key', () => {
  const secret = newSecret(systemRuntime)
  const headers = signedHeaders({ secret, previous: null }, 'order:a:1', NOW, BODY)
  assert.deepEqual(new Webhook(secret.shared).verify(BODY, headers), { a: 1 })
  const signatures = headers['webhook-signature']!.split(' ')
  assert.deepEqual(
    signatures.map((each) => each.split(',')[0]),
    ['v1', 'v1a'],
  )
  assert.equal(verifies(publicKeyOf(secret), headers, signatures[1]!), true)
  assert.equal(verifies(publicKeyOf(newSecret(systemRuntime)), headers, signatures[1]!), false)
})

test('while a secret is replaced both verify; afterwards the new one alone', () => {
  const [old, secret] = [newSecret(systemRuntime), newSecret(systemRuntime)]
  const at = (ms: number) => {
    const until = new Date(NOW.getTime() + ms).toISOString()
    return signedHeaders({ secret, previous: { ...old, until } }, 'order:a:1', NOW, BODY)
  }
  for (const { shared } of [old, secret]) assert.deepEqual(new Webhook(shared).verify(BODY, at(1)), { a: 1 })
  assert.equal(at(1)['webhook-signature']!.split(' ').length, 4)
  assert.throws(() => new Webhook(old.shared).verify(BODY, at(0)))
  assert.deepEqual(new Webhook(secret.shared).verify(BODY, at(0)), { a: 1 })
})
