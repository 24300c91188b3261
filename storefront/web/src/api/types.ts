/** Types of the services' answers. */
import type { paths as OrderPaths } from '@shop/client/generated/order_service'
import type { paths as ProductPaths } from '@shop/client/generated/product_service'

/** The body of an answer. */
export type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never

export type Product = Json<ProductPaths['/products/{id}']['get']['responses'][200]>
export type Media = Product['media'][number]
export type Group = Json<ProductPaths['/groups/{id}']['get']['responses'][200]>
export type Choices = Json<ProductPaths['/groups/{id}/choices']['get']['responses'][200]>
export type Category = Json<ProductPaths['/categories']['get']['responses'][200]>['items'][number]
export type ListingsPage = Json<ProductPaths['/catalogue']['get']['responses'][200]>
export type Listing = ListingsPage['items'][number]
export type Facets = Json<ProductPaths['/catalogue/facets']['get']['responses'][200]>
export type ShopSettings = Json<ProductPaths['/shop']['get']['responses'][200]>
export type Order = Json<OrderPaths['/orders/{id}']['get']['responses'][200]>
/** Of orders: numbers by slot of time. */
export type Overview = Json<OrderPaths['/orders/overview']['get']['responses'][200]>
export type OrderStatus = Order['status']
