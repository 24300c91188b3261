/** The admin pages below /admin. Each page is a chunk that loads on demand. */
import { lazy, Suspense } from 'react'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { ErrorBoundary } from '../layout/error_boundary.tsx'
import { NotFound } from '../layout/not_found.tsx'
import { AdminNav } from './admin_nav.tsx'
import { AdminPageSkeleton } from './parts.tsx'

const DashboardPage = lazy(() => import('./dashboard/dashboard_page.tsx'))
const ProductsPage = lazy(() => import('./products/products_page.tsx'))
const ProductPage = lazy(() => import('./products/product_page.tsx'))
const CategoriesPage = lazy(() => import('./categories/categories_page.tsx'))
const GroupsPage = lazy(() => import('./groups/groups_page.tsx'))
const GroupPage = lazy(() => import('./groups/group_page.tsx'))
const BoardPage = lazy(() => import('./orders/board_page.tsx'))
const OrderPage = lazy(() => import('./orders/order_page.tsx'))
const FindOrdersPage = lazy(() => import('./orders/find_orders_page.tsx'))
const SlipsPage = lazy(() => import('./orders/slips_page.tsx'))
const PeoplePage = lazy(() => import('./people/people_page.tsx'))
const ImportPage = lazy(() => import('./import/import_page.tsx'))
const LogPage = lazy(() => import('./log/log_page.tsx'))
const SettingsPage = lazy(() => import('./settings/settings_page.tsx'))
const CheckoutPage = lazy(() => import('./checkout/checkout_page.tsx'))
const WebhooksPage = lazy(() => import('./webhooks/webhooks_page.tsx'))
const EndpointPage = lazy(() => import('./webhooks/endpoint_page.tsx'))
const EventsPage = lazy(() => import('./webhooks/events_page.tsx'))
const SystemPage = lazy(() => import('./system/system_page.tsx'))

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
            <Route path={below(PAGE.adminPeople)} element={<PeoplePage />} />
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
