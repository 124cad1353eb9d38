using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkerStreams.Tests.Serialization;

public sealed class JsonPayloadTests
{
    [Theory, CombinatorialMetadata]
    public void A_message_comes_back_as_it_was(Metadata metadata)
    {
        var serializer = Codecs.Serializer(metadata);
        var order = new Order(123, 49.99m, "größer \"quoted\"\0");
        Assert.Equal(order, serializer.Decode<Order>(serializer.Encode(order)));
    }

    [Fact]
    public void Large_messages_and_small_ones_take_turns()
    {
        var serializer = Codecs.Serializer();
        foreach (var length in (int[])[1, 300_000, 2, 70_000, 0])
        {
            var order = new Order(length, 1, new('x', length));
            Assert.Equal(order, serializer.Decode<Order>(serializer.Encode(order)));
        }
    }

    [Fact]
    public void A_message_that_is_encoded_while_another_one_is_does_not_disturb_it()
    {
        var serializer = Codecs.Serializer();
        var outer = new Nesting(() => serializer.Encode(new Order(1, 1, "inner")));
        Assert.Equal("""ws:Nesting {"before":1,"inner":"ws:Order {\u0022userId\u0022:1,\u0022amount\u0022:1,\u0022status\u0022:\u0022inner\u0022}","after":2}""", serializer.Encode(outer).ToString());
    }

    [Fact]
    public async Task Encoding_allocates_nothing()
    {
        var codec = Codecs.Serializer(Metadata.SourceGenerated).GetCodec<Order>();
        var order = new Order(123, 49.99m, "pending");
        var entry = new Engine.EntryFieldsWriter(1024);
        Assert.Equal(0, await Allocation.LeastAsync(() =>
        {
            entry.Reset();
            codec.Encode(order, entry);
            return ValueTask.FromResult(true);
        }));
    }

    [Fact]
    public void The_literal_null_is_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Order>(("ws:", "null")));
        Assert.Equal("The payload is the JSON literal null, which is no 'Order'.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"userId":"many"}""")]
    public void A_payload_that_is_no_such_message_is_undecodable(string payload)
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Order>(("ws:", payload)));
        Assert.StartsWith("The entry holds no valid 'Order': ", error.Message, StringComparison.Ordinal);
        Assert.IsType<JsonException>(error.InnerException);
    }

    [Fact]
    public void A_constructor_that_refuses_makes_the_entry_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Positive>(("ws:", """{"value":-1}""")));
        Assert.Contains("Must be positive.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_content_type_of_another_serializer_is_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Order>(("ws:", "{}"), ("content-type", "application/x-protobuf")));
        Assert.Equal("The envelope's content type is 'application/x-protobuf'; the serializer of 'Order' reads 'application/json'.", error.Message);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    public void Content_types_are_compared_without_case_and_parameters(string contentType)
    {
        Assert.Equal(7, Codecs.Serializer().Decode<Optional>(("ws:", "{}"), ("content-type", contentType)).Size);
    }

    [Fact]
    public void A_type_without_metadata_is_refused_with_the_cure()
    {
        var serializer = Codecs.Serializer(Metadata.SourceGenerated);
        var error = Assert.Throws<NotSupportedException>(() => serializer.GetCodec<Version>());
        Assert.Contains("'System.Version'", error.Message, StringComparison.Ordinal);
        Assert.Contains("ConfigureJson(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_put_first_wins_over_reflection()
    {
        IJsonTypeInfoResolver? used = null;
        var serializer = Codecs.Serializer(configure: options =>
        {
            options.TypeInfoResolverChain.Insert(0, MessagesContext.Default);
            used = options.GetTypeInfo(typeof(Order)).OriginatingResolver;
        });
        Assert.Same(MessagesContext.Default, used);
        Assert.Equal(new(1, 2, "s"), serializer.Decode<Order>(serializer.Encode(new Order(1, 2, "s"))));
    }

    public sealed class Nesting(Func<Engine.EntryFields> encode)
    {
        public int Before => 1;

        public string Inner => encode().ToString();

        public int After => 2;
    }
}
