/** Draws the pictures of the products that it is given, and posts each. A thread, because drawing one takes a second. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { demoPictures } from './demo_pictures.ts'
import { PICTURES } from './pictures.ts'

/** The services go first. Where it applies to the process and not to the thread, it still leaves them alone. */
const NICENESS = 10

setPriority(0, NICENESS)
const products: readonly string[] = workerData
for await (const picture of demoPictures(PICTURES.filter(({ product }) => products.includes(product))))
  parentPort?.postMessage(picture)
