import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readArguments } from '../../scripts/arguments.ts'

const COMMAND = {
  name: 'npm start',
  summary: '',
  options: {
    demo: { type: 'boolean', help: '' },
    'no-demo': { type: 'boolean', help: '' },
    'only-this': { type: 'string', help: '' },
  },
} as const

const read = (env: NodeJS.ProcessEnv, argv: string[] = [], name: string = COMMAND.name) => ({
  ...readArguments({ ...COMMAND, name }, argv, env).values,
})

suite('an option that npm took itself', () => {
  test('counts as if npm had passed it on', () => {
    const start = { npm_lifecycle_event: 'start' }
    assert.deepEqual(read({ ...start, npm_config_demo: 'true' }), { demo: true })
    assert.deepEqual(read({ ...start, npm_config_demo: '' }), { 'no-demo': true })
    assert.deepEqual(read({ ...start, npm_config_demo: 'true\n\n' }), { demo: true, 'no-demo': true })
    assert.deepEqual(read({ ...start, npm_config_only_this: 'x y' }), { 'only-this': 'x y' })
    assert.deepEqual(read({ ...start, npm_config_demo: 'true' }, ['--only-this', 'z']), {
      demo: true,
      'only-this': 'z',
    })
  })

  test('does not count if an .npmrc may set it: the registry of packages is not the registry of images', () => {
    const images = {
      ...COMMAND,
      name: 'npm run images',
      options: { registry: { type: 'string', help: '' } },
    } as const
    const env = { npm_lifecycle_event: 'images', npm_config_registry: 'https://packages.example.com/' }
    assert.deepEqual({ ...readArguments(images, [], env).values }, {})
    const given = readArguments(images, ['--registry', 'images.example.com/'], env)
    assert.deepEqual({ ...given.values }, { registry: 'images.example.com/' })
  })

  test('counts only for the script that npm runs, not for a script that this one starts', () => {
    assert.deepEqual(read({ npm_lifecycle_event: 'test', npm_config_demo: 'true' }), {})
    assert.deepEqual(read({ npm_config_demo: 'true' }), {})
    assert.deepEqual(read({ npm_lifecycle_event: 'seed', npm_config_demo: 'true' }, [], 'npm run seed'), {
      demo: true,
    })
  })
})
