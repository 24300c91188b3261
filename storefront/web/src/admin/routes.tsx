/** The admin pages below /admin. Each page is a chunk that loads on demand. */
import { Suspense } from 'react'
import { matchPath, Navigate, Route, Routes, useLocation } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { ErrorBoundary } from '../layout/error_boundary.tsx'
import { NotFound } from '../layout/not_found.tsx'
import { fetchCode, onDemand } from '../on_demand.ts'
import { withBuyingTexts } from '../with_buying_texts.ts'
import { AdminNav } from './admin_nav.tsx'
import { AdminPageSkeleton } from './parts.tsx'

/** The code of the page at each address. */
const CODE = {
  admin: () => import('./dashboard/dashboard_page.tsx'),
  adminProducts: () => import('./products/products_page.tsx'),
  adminProduct: () => import('./products/product_page.tsx'),
  adminCategories: () => import('./categories/categories_page.tsx'),
  adminGroups: () => import('./groups/groups_page.tsx'),
  adminGroup: () => import('./groups/group_page.tsx'),
  adminOrders: () => import('./orders/board_page.tsx'),
  adminOrder: withBuyingTexts(() => import('./orders/order_page.tsx')),
  adminFindOrders: () => import('./orders/find_orders_page.tsx'),
  adminSlips: () => import('./orders/slips_page.tsx'),
  adminReturns: () => import('./returns/returns_page.tsx'),
  adminWithdrawals: () => import('./returns/withdrawals_page.tsx'),
  adminPeople: () => import('./people/people_page.tsx'),
  adminBuyer: () => import('./people/buyer_page.tsx'),
  adminImport: () => import('./import/import_page.tsx'),
  adminLog: () => import('./log/log_page.tsx'),
  adminSettings: () => import('./settings/settings_page.tsx'),
  adminCheckout: () => import('./checkout/checkout_page.tsx'),
  adminWebhooks: () => import('./webhooks/webhooks_page.tsx'),
  adminEndpoint: () => import('./webhooks/endpoint_page.tsx'),
  adminEvents: () => import('./webhooks/events_page.tsx'),
  adminSystem: () => import('./system/system_page.tsx'),
}

/** Loads the code of the page at this address. */
export async function fetchAdminPage(pathname: string): Promise<void> {
  const keys = Object.keys(CODE) as (keyof typeof CODE)[]
  const key = keys.find((each) => matchPath(PAGE[each], pathname))
  if (key) await fetchCode(CODE[key])
}

const DashboardPage = onDemand(CODE.admin)
const ProductsPage = onDemand(CODE.adminProducts)
const ProductPage = onDemand(CODE.adminProduct)
const CategoriesPage = onDemand(CODE.adminCategories)
const GroupsPage = onDemand(CODE.adminGroups)
const GroupPage = onDemand(CODE.adminGroup)
const BoardPage = onDemand(CODE.adminOrders)
const OrderPage = onDemand(CODE.adminOrder)
const FindOrdersPage = onDemand(CODE.adminFindOrders)
const SlipsPage = onDemand(CODE.adminSlips)
const ReturnsPage = onDemand(CODE.adminReturns)
const WithdrawalsPage = onDemand(CODE.adminWithdrawals)
const PeoplePage = onDemand(CODE.adminPeople)
const BuyerPage = onDemand(CODE.adminBuyer)
const ImportPage = onDemand(CODE.adminImport)
const LogPage = onDemand(CODE.adminLog)
const SettingsPage = onDemand(CODE.adminSettings)
const CheckoutPage = onDemand(CODE.adminCheckout)
const WebhooksPage = onDemand(CODE.adminWebhooks)
const EndpointPage = onDemand(CODE.adminEndpoint)
const EventsPage = onDemand(CODE.adminEvents)
const SystemPage = onDemand(CODE.adminSystem)

/** Nested routes have relative paths. */
const below = (address: string) => address.slice(PAGE.admin.length + 1)

export default function AdminRoutes() {
  const { pathname } = useLocation()
  return (
    <>
      <AdminNav />
      <ErrorBoundary key={pathname}>
        <Suspense fallback={<AdminPageSkeleton />}>
          <Routes>
            <Route index element={<DashboardPage />} />
            <Route path={below(PAGE.adminProducts)} element={<ProductsPage />} />
            <Route path={below(PAGE.adminProduct)} element={<ProductPage />} />
            <Route path={below(PAGE.adminCategories)} element={<CategoriesPage />} />
            <Route
              path={below(PAGE.adminDrafts)}
              element={<Navigate to="/admin/products?status=draft" replace />}
            />
            <Route path={below(PAGE.adminGroups)} element={<GroupsPage />} />
            <Route path={below(PAGE.adminGroup)} element={<GroupPage />} />
            <Route path={below(PAGE.adminOrders)} element={<BoardPage />} />
            <Route path={below(PAGE.adminOrder)} element={<OrderPage />} />
            <Route path={below(PAGE.adminFindOrders)} element={<FindOrdersPage />} />
            <Route path={below(PAGE.adminSlips)} element={<SlipsPage />} />
            <Route path={below(PAGE.adminReturns)} element={<ReturnsPage />} />
            <Route path={below(PAGE.adminWithdrawals)} element={<WithdrawalsPage />} />
            <Route path={below(PAGE.adminPeople)} element={<PeoplePage />} />
            <Route path={below(PAGE.adminBuyer)} element={<BuyerPage />} />
            <Route path={below(PAGE.adminImport)} element={<ImportPage />} />
            <Route path={below(PAGE.adminLog)} element={<LogPage />} />
            <Route path={below(PAGE.adminSettings)} element={<SettingsPage />} />
            <Route path={below(PAGE.adminCheckout)} element={<CheckoutPage />} />
            <Route path={below(PAGE.adminWebhooks)} element={<WebhooksPage />} />
            <Route path={below(PAGE.adminEndpoint)} element={<EndpointPage />} />
            <Route path={below(PAGE.adminEvents)} element={<EventsPage />} />
            <Route path={below(PAGE.adminSystem)} element={<SystemPage />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </ErrorBoundary>
    </>
  )
}
