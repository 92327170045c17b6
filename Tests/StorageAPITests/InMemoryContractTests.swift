import StorageContract
import StorageTestSupport
import Testing

@Suite struct InMemoryContractTests {
    @Test(arguments: ObjectStoreContract.all)
    func `The store in memory honours the contract`(_ behaviour: ContractBehaviour) async throws {
        try await behaviour.check(on: InMemoryObjectStore())
    }
}
