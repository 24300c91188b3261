/** The shop of one history: two replicas of each service, their stores, and the oracles that watch them. */
import type { Order } from '../../order_service/src/domain/order.ts'
import type { ProductFields } from '../../product_service/src/domain/product.ts'
import { EPOCH } from '../core/machine.ts'
import { type Answers, createAnswers } from './answers.ts'
import { createHost, type Host } from './hosts.ts'
import type { DomainHistory } from './mix.ts'
import { createNetwork, type Network } from './network.ts'
import { createOrderModel } from './order_model.ts'
import { createShopOracle, type ShopOracle } from './order_oracle.ts'
import { type OrderReplica, startOrderReplica } from './order_replica.ts'
import { createPaymentScene, type PaymentScene } from './payments/payments.ts'
import { type ProductReplica, startProductReplica } from './product_replica.ts'
import { createStockModel, type StockModel } from './stock_model.ts'
import { createStockOracle, type StockOracle } from './stock_oracle.ts'
import { createStoreAccess } from './store_access.ts'

export type Shop = {
  readonly history: DomainHistory
  readonly network: Network
  readonly products: readonly Host<ProductReplica>[]
  readonly orders: readonly Host<OrderReplica>[]
  /** What a page of the shop shows now. */
  readonly stock: StockModel
  /** The prices that its pages showed when it opened. */
  readonly oldPrices: ReadonlyMap<string, number>
  orderOf(id: string): Order
  /** Undefined in a history whose orders are not paid. */
  readonly paid: PaymentScene | undefined
  readonly answers: Answers
  readonly stockOracle: StockOracle
  readonly oracle: ShopOracle
}

const REPLICAS = ['A', 'B']
/** In how many histories orders are paid. */
const PAID = 0.5
const PRICES = [100, 250, 999]
const STOCK_MOST = 12

export function createShop(history: DomainHistory) {
  const network = createNetwork(history)
  const access = createStoreAccess(history)
  const stockDisk = { name: 'disk of products', isFull: false }
  const orderDisk = { name: 'disk of orders', isFull: false }
  const stock = createStockModel()
  const orderModel = createOrderModel()
  const stockOracle = createStockOracle(history, stock)

  fillShop(history, stock)
  const products = REPLICAS.map((letter) =>
    createHost(history, `products ${letter}`, (machine, host) =>
      startProductReplica(machine, access.open(stock.store, stockDisk, host)),
    ),
  )
  const paid = history.world.chances('payments').happens(PAID)
    ? createPaymentScene({ history, network, access, orderModel, stock, orders: () => orders })
    : undefined
  const orders: readonly Host<OrderReplica>[] = REPLICAS.map((letter) =>
    createHost(history, `orders ${letter}`, (machine, host) =>
      startOrderReplica({
        history,
        machine,
        host,
        network,
        products,
        payments: paid?.payments ?? [],
        notShipped: (id) => paid?.oracle.notShipped(id),
        orders: access.open(orderModel.store, orderDisk, host),
      }),
    ),
  )
  const oracle = createShopOracle(history, orderModel, stock, stockOracle)
  const shop: Shop = {
    history,
    network,
    products,
    orders,
    paid,
    stock,
    oldPrices: new Map([...stock.products.values()].map(({ id, priceMinor }) => [id, priceMinor])),
    orderOf: (id) => orderModel.orders.get(id)!.order,
    stockOracle,
    answers: createAnswers(history, orderModel, stockOracle),
    oracle,
  }
  return { shop, access, disks: [stockDisk, orderDisk, ...(paid ? [paid.disk] : [])] }
}

function fillShop({ world }: DomainHistory, { store }: StockModel) {
  const chances = world.chances('products')
  const stamp = { by: 'the owner', at: new Date(EPOCH).toISOString() }
  const count = chances.whole(1, 3)
  for (let number = 1; number <= count; number++) {
    const fields: ProductFields = {
      name: `product ${number}`,
      description: '',
      priceMinor: chances.one(PRICES),
      stock: chances.whole(0, STOCK_MOST),
    }
    store.create({ id: `product ${number}`, fields }, stamp)
  }
}
