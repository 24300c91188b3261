/** `npm run simulate`: what it says of a failure repeats it, in a small form that a person can read. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Level, Outcome, Plan } from '../core/history.ts'
import { LEVELS } from '../levels.ts'
import { optionsOf, planOf, readRegressions, unknownFaults } from '../plans.ts'
import { kindOf, shrink } from '../shrink.ts'
import { tasksOf } from '../tasks.ts'
import { timelineOf } from '../timeline.ts'

const FOLDER = join(import.meta.dirname, '..')

const simulate = (args: readonly string[], { bug }: { bug?: string } = {}) => {
  const planted = bug === undefined ? [] : ['--import', join(FOLDER, 'planted.ts')]
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...planted, join(FOLDER, 'main.ts'), ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, ...(bug === undefined ? {} : { PLANTED_BUG: bug }) },
    },
  )
  return { status, stdout, stderr }
}

suite('a plan as text', () => {
  const plans: readonly Plan[] = [
    { seed: 7, off: [] },
    { seed: 8, off: ['a_message_is_late', 'clock_jump'], clients: [0, 3], steps: 2 },
  ]

  for (const plan of plans) {
    test(`is read as it was written: ${JSON.stringify(plan)}`, () => {
      const text = `# it sold one unit twice\n\n${optionsOf('domain', plan)}\n`
      assert.deepEqual(readRegressions(text), [{ level: 'domain', plan }])
    })
  }

  test('every regression is one of a level', async () => {
    const regressions = readRegressions(readFileSync(join(FOLDER, 'regressions.txt'), 'utf8'))
    for (const { level, plan } of regressions) {
      assert.ok(LEVELS[level], level)
      assert.deepEqual(unknownFaults(await LEVELS[level](), plan), [])
      assert.ok(Number.isSafeInteger(plan.seed))
    }
  })

  for (const name of ['domain', 'sqlite']) {
    test(`leaves out each kind of fault of the level ${name}`, async () => {
      const level = await LEVELS[name]!()
      const [read] = readRegressions(optionsOf(name, { seed: 1, off: level.faults }))
      assert.deepEqual(unknownFaults(level, read!.plan), [])
      const { faults } = await level.run(read!.plan, false)
      assert.deepEqual(faults, {})
    })
  }

  test('numbers are numbers', () =>
    assert.deepEqual(planOf({ seed: 1, clients: '2,0', steps: '3' }).clients, [2, 0]))
})

suite('a failure made small', () => {
  const FAULTS = ['one', 'two', 'three']
  /** Broken if fault two happens, client 4 takes part, and it has three steps. */
  const level: Level = {
    name: 'small',
    what: 'a rule',
    faults: FAULTS,
    situations: [],
    async run({ off, clients, steps = 6 }) {
      const isBroken = !off.includes('two') && (clients ?? [4]).includes(4) && steps >= 3
      return { ...NOTHING, violation: isBroken ? '4: two orders of one key' : undefined }
    },
  }
  const NOTHING: Outcome = {
    violation: undefined,
    hash: '',
    events: 0,
    faults: {},
    situations: {},
    entries: [],
  }

  test('has the faults, the clients and the steps that it needs, and no others', async () => {
    const { plan, outcome } = await shrink(level, { seed: 1, off: [] })
    assert.deepEqual(plan, { seed: 1, off: ['one', 'three'], clients: [4], steps: 3 })
    assert.equal(outcome.violation, '4: two orders of one key')
  })

  test('is of the same kind: a violation of another invariant does not count', async () => {
    const other: Level = {
      ...level,
      run: async ({ off }) => ({
        ...NOTHING,
        violation: off.includes('one') ? '5: it waits' : '4: two orders',
      }),
    }
    const { plan } = await shrink(other, { seed: 1, off: [] })
    assert.deepEqual(plan.off, ['two', 'three'])
    assert.notEqual(kindOf('4: a'), kindOf('5: a'))
    assert.equal(kindOf('6. order a is cancelled'), kindOf('6. order b is cancelled'))
    assert.equal(kindOf('Invariant 4: user a, key b: 2 orders'), kindOf('4: user c, key d: 2 orders'))
  })
})

test('a timeline has a lane for each process, in the order of their first entries', () => {
  const text = timelineOf([
    { at: 1, lane: 'buyer-1', text: 'orders' },
    { at: 2.25, lane: 'network', text: 'the order is lost' },
    { at: 1300, lane: 'buyer-1', text: 'orders again' },
  ])
  assert.equal(
    text,
    [
      '       1.0  ●│  buyer-1  orders',
      '       2.3  │●  network  the order is lost',
      '    1300.0  ●│  buyer-1  orders again',
    ].join('\n'),
  )
})

suite('tasks', () => {
  const sizesOf = (counts: Readonly<Record<string, number>>, regressions: readonly Plan[] = []) =>
    [
      ...tasksOf(
        Object.keys(counts),
        5,
        regressions.map((plan) => ({ level: 'a', plan })),
        (name) => counts[name]!,
      ),
    ].map(({ level, plans }) => [level, plans[0]!.seed, plans.length])

  test('have at most twenty histories each; the levels take turns, and each seed is played once', () => {
    assert.deepEqual(sizesOf({ a: 45, b: 20 }), [
      ['a', 5, 20],
      ['b', 5, 20],
      ['a', 25, 20],
      ['a', 45, 5],
    ])
  })

  test('begin with the regressions', () => {
    assert.deepEqual(sizesOf({ b: 1 }, [{ seed: 9, off: [] }]), [
      ['a', 9, 1],
      ['b', 5, 1],
    ])
  })
})

suite('npm run simulate', () => {
  test('repeats one history, and prints what happened in it', () => {
    const { status, stdout } = simulate(['--level', 'domain', '--seed', '3', '--trace'])
    assert.equal(status, 0)
    assert.match(stdout, /●/)
    assert.match(stdout, /--level domain --seed 3: \d+ events, trace [0-9a-f]{8}\n/)
    assert.match(stdout, /Nothing was broken/)
  })

  test('says what was broken, makes it small, and prints a command that repeats it', () => {
    const bug = 'no tombstone'
    const found = simulate(['--level', 'domain', '--seeds', '300', '--jobs', '1'], { bug })
    assert.equal(found.status, 1, found.stderr)
    const [, options = ''] = /smallest form[\s\S]*?npm run simulate -- (.+) --trace/.exec(found.stdout) ?? []
    const [, timeline = ''] = /timeline: (.+)/.exec(found.stdout) ?? []
    assert.match(readFileSync(timeline, 'utf8'), /^\S[\s\S]+npm run simulate[\s\S]+●/)
    const args = [...options.matchAll(/(--\w+) (.+?)(?= --|$)/g)].flatMap(([, name = '', value = '']) => [
      name,
      value,
    ])
    assert.equal(simulate(args, { bug }).status, 1)
    assert.equal(simulate(args).status, 0, 'without the bug nothing is broken')
  })

  test('makes the first three failures small, and counts the others', () => {
    const { stdout } = simulate(['--level', 'domain', '--seeds', '15', '--jobs', '1'], {
      bug: 'key not unique',
    })
    const [, broken] = /(\d+) histories were BROKEN/.exec(stdout) ?? []
    assert.equal(stdout.match(/smallest form/g)?.length, 3)
    assert.match(stdout, new RegExp(`and ${Number(broken) - 3} more`))
  })

  test('counts what a run has played', () => {
    const { status, stdout } = simulate(['--level', 'domain', '--seeds', '30', '--jobs', '2'])
    assert.equal(status, 0)
    assert.match(stdout, /3\d histories, \d+ events, [\d.]+ histories per CPU second/)
    assert.match(stdout, /faults: .+\d/)
    assert.match(stdout, /situations: \d+ of \d+ reached/)
  })

  test('finds a planted bug within its seeds', () => {
    const { status, stdout } = simulate(['--bug', 'key not unique'])
    assert.equal(status, 0)
    assert.match(stdout, /key not unique: found by seed \d+: /)
  })

  for (const [args, sentence] of [
    [['--seed', '1'], /--seed needs --level/],
    [['--level', 'moon'], /There is no level "moon"/],
    [['--level', 'toString', '--seed', '1'], /There is no level "toString"/],
    [['--level', 'domain', '--seed', '1', '--clients', '0,x'], /--clients must be a whole number/],
    [['--level', 'domain', '--seed', '1', '--clients', '99'], /--clients must be a whole number/],
    [['--level', 'domain', '--seed', '1', '--steps', 'x'], /--steps must be a whole number/],
    [['--level', 'domain', '--seeds', '1', '--trace'], /--trace needs --seed/],
    [['--level', 'domain', '--seeds', '1', '--off', 'rain'], /--off needs --seed/],
    [['--seeds', '1', '--minutes', '1'], /give one of the two/],
    [['--bug', 'no such bug'], /No planted bug has "no such bug" in its name/],
    [['--level', 'domain', '--seed', '1', '--off', 'rain'], /rain: no fault of this level/],
    [['--seeds', '0'], /--seeds must be a whole number/],
    [['--seeds', '10000001'], /--seeds must be a whole number from 1 to 10000000/],
    [['--from', '10000001'], /--from must be a whole number from 1 to 10000000/],
    [['--level', 'domain', '--seed', '10000001'], /--seed must be a whole number from 0 to 10000000/],
    [['--level', 'domain', '--seed', '1', '--steps', '9'], /--steps must be a whole number from 0 to 8/],
    [['--minutes', 'ten'], /--minutes must be a whole number/],
    [['--minutes', '1441'], /--minutes must be a whole number from 1 to 1440/],
    [['--jobs', '65'], /--jobs must be a whole number from 1 to 64/],
  ] as const) {
    test(`refuses ${args.join(' ')}`, () => {
      const { status, stderr } = simulate(args)
      assert.equal(status, 1)
      assert.match(stderr, sentence)
    })
  }
})
