import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { generate } from '../generate.ts'

const generated = await generate()

suite('src/generated', () => {
  for (const [name, text] of generated) {
    test(`${name} is up to date with the committed OpenAPI documents`, () => {
      const file = new URL(`../src/generated/${name}`, import.meta.url)
      assert.ok(readFileSync(file, 'utf8') === text, 'It is out of date: run `npm run docs`.')
    })
  }
})
