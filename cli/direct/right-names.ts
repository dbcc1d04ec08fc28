/** The permissions that can be asked for, for the options of commands. */

export { resourceOf, type Right as RightName, rights as rightNames } from '../../shared/tenants/rights.ts';
