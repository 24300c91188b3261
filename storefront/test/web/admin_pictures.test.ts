/** Uploads of pictures (invariants of uploads.ts), their order, and their focus points. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MEDIA_BYTES_MAX } from '../../../product_service/src/domain/media.ts'
import { focusAt, moved, movedFocus } from '../../web/src/admin/pictures/arrange.ts'
import { AT_ONCE, createUploads, PICTURE_BYTES_MAX } from '../../web/src/admin/pictures/uploads.ts'

const file = (name: string) => new File(['x'], name)

/** Uploads whose ends the test decides. */
function world() {
  const running = new Map<string, { end: (id: string) => void; fail: (error: unknown) => void }>()
  const stored: string[] = []
  const uploads = createUploads(
    (file) => new Promise<string>((end, fail) => running.set(file.name, { end, fail })),
    (id) => stored.push(id),
  )
  return {
    uploads,
    stored,
    running,
    states: () => uploads.list().map(({ file, state }) => `${file.name} ${state}`),
    async end(name: string) {
      running.get(name)!.end(`id of ${name}`)
      await turn()
    },
    async fail(name: string) {
      running.get(name)!.fail(new Error(name))
      await turn()
    },
  }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))
const ABCD = ['a', 'b', 'c', 'd'].map(file)

suite('uploads', () => {
  test('1: two are sent at once, and the next one begins when one has ended', async () => {
    const { uploads, running, states, end } = world()
    uploads.add(ABCD)
    assert.equal(running.size, AT_ONCE)
    assert.deepEqual(states(), ['a sending', 'b sending', 'c waiting', 'd waiting'])
    await end('a')
    assert.deepEqual([...running.keys()], ['a', 'b', 'c'])
  })

  test('2: a failure stays until it is tried again, and does not stop the others', async () => {
    const { uploads, stored, states, end, fail } = world()
    uploads.add(ABCD.slice(0, 3))
    await fail('a')
    await end('b')
    await end('c')
    assert.deepEqual(states(), ['a failed'])
    assert.deepEqual(stored, ['id of b', 'id of c'])
    uploads.again(uploads.list()[0]!.key)
    await end('a')
    assert.deepEqual(states(), [])
    assert.deepEqual(stored, ['id of b', 'id of c', 'id of a'])
  })

  test('3: what was cancelled is not stored, also if its answer arrives later', async () => {
    const { uploads, stored, states, end } = world()
    uploads.add(ABCD.slice(0, 2))
    uploads.drop(uploads.list()[0]!.key)
    await end('a')
    await end('b')
    assert.deepEqual(stored, ['id of b'])
    assert.deepEqual(states(), [])
  })

  test('3: nothing is stored after all were dropped', async () => {
    const { uploads, stored, end } = world()
    uploads.add(ABCD.slice(0, 1))
    uploads.dropAll()
    await end('a')
    assert.deepEqual(stored, [])
  })

  test('4: pictures come in the order of their files', async () => {
    const { uploads, stored, end } = world()
    uploads.add(ABCD.slice(0, 2))
    await end('b')
    assert.deepEqual(stored, [])
    await end('a')
    assert.deepEqual(stored, ['id of a', 'id of b'])
  })
})

suite('the order of pictures', () => {
  for (const [from, to, order] of [
    [0, 2, 'bca'],
    [2, 0, 'cab'],
    [1, 1, 'abc'],
    [0, 9, 'bca'],
    [2, -1, 'cab'],
  ] as const) {
    test(`${from} to ${to}`, () => assert.equal(moved([...'abc'], from, to).join(''), order))
  }
})

suite('the focus point', () => {
  const box = { left: 100, top: 50, width: 200, height: 100 } as DOMRect
  test('is where the picture was clicked, and inside', () => {
    assert.deepEqual(focusAt({ x: 150, y: 100 }, box), { x: 25, y: 50 })
    assert.deepEqual(focusAt({ x: 90, y: 151 }, box), { x: 0, y: 100 })
  })
  test('moves by arrow keys, further with Shift, and stays inside', () => {
    assert.deepEqual(movedFocus({ x: 50, y: 50 }, 'ArrowLeft', false), { x: 48, y: 50 })
    assert.deepEqual(movedFocus({ x: 50, y: 95 }, 'ArrowDown', true), { x: 50, y: 100 })
    assert.equal(movedFocus({ x: 50, y: 50 }, 'Enter', false), undefined)
  })
})

test('a file that the service would refuse for its size is not sent', () =>
  assert.equal(PICTURE_BYTES_MAX, MEDIA_BYTES_MAX))
