using 'main.bicep'

// What the registration is called. Both are said to every administrator who consents, or last for ever: choose before the first deployment.
param uniqueName = readEnvironmentVariable('TENANTPOST_REGISTRATION_NAME')
param displayName = readEnvironmentVariable('TENANTPOST_REGISTRATION_DISPLAY_NAME', 'tenantpost')

// Leave out what you do not need. Mail.ReadWrite is for the delivery exactly-once and for attachments above 3 MB, SMTP.SendAsApp for SMTP.
param permissions = ['Mail.Send']

// AzureADMyOrg for the mailboxes of your own organisation alone; then singleTenantId belongs into the app's choices as well.
param signInAudience = 'AzureADMultipleOrgs'

// Known once the app is there: its address, and where it proves itself by its managed identity the principal id of that.
param publicUrl = readEnvironmentVariable('TENANTPOST_REGISTRATION_URL', '')
param identityPrincipalId = readEnvironmentVariable('TENANTPOST_REGISTRATION_PRINCIPAL_ID', '')
