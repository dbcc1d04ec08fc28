/** The app and the tenants that unit tests speak of. */

export const clientId = '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10';
export const graphResource = 'https://graph.microsoft.com';
export const outlookResource = 'https://outlook.office365.com';
export const contoso = '11111111-aaaa-4aaa-8aaa-111111111111';
export const fabrikam = '22222222-bbbb-4bbb-8bbb-222222222222';
export const enterpriseApp = 'eeeeeeee-0000-4000-8000-00000000000e';
