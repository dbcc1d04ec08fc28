/** Every operation of the HTTP API that the OpenAPI description has. */

import type { Operation } from '../shared/api-operation.ts';
import { operations as checkOperations } from '../shared/checks/check-answer.ts';
import { operations as overviewOperations } from '../shared/checks/overview-operations.ts';
import { operations as mailOperations } from '../shared/mail/api/operations.ts';
import { operations as tenantOperations } from '../shared/tenants/api/operations.ts';
import { operations as exchangeOperations } from '../shared/tenants/exchange/exchange-operations.ts';
import { operations as pageOperations } from '../shared/tenants/page-operations.ts';

export const operations: readonly Operation[] = [
  ...mailOperations,
  ...tenantOperations,
  ...checkOperations,
  ...overviewOperations,
  ...pageOperations,
  ...exchangeOperations,
];
