using System.Text;
using OrderProcessing;

namespace WorkerStreams.Samples.Tests;

public sealed class OrderLineFileTests
{
    internal const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    internal const string Good = "536365,85123A,\"HOLDER, \"\"WHITE\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom";

    [Fact]
    public void A_line_is_read_in_full()
    {
        var (lines, malformed) = Read(Header, Good);

        Assert.Empty(malformed);
        Assert.Equal(
            new OrderLine
            {
                Id = "orders.csv:2",
                LineNumber = 2,
                InvoiceNo = "536365",
                StockCode = "85123A",
                Description = "HOLDER, \"WHITE\"",
                Quantity = 6,
                InvoiceDate = new(2010, 12, 1, 8, 26, 0),
                UnitPrice = 2.55m,
                CustomerId = 17850m,
                Country = "United Kingdom",
            },
            Assert.Single(lines));
    }

    [Fact]
    public void A_customer_may_be_missing_and_a_quantity_negative()
    {
        var (lines, malformed) = Read(Header, "C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,,EIRE");

        Assert.Empty(malformed);
        var line = Assert.Single(lines);
        Assert.Null(line.CustomerId);
        Assert.Equal(-1, line.Quantity);
    }

    [Theory]
    [InlineData("536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,United Kingdom", "number of fields")]
    [InlineData("536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom,more", "number of fields")]
    [InlineData("536365", "number of fields")]
    [InlineData("536365,85123A,HOLDER,six,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "Quantity")]
    [InlineData("536365,85123A,HOLDER,6.5,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "Quantity")]
    [InlineData("536365,85123A,HOLDER,99999999999,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "Quantity")]
    [InlineData("536365,85123A,HOLDER,6,2010-13-01 08:26:00,2.55,17850.0,United Kingdom", "InvoiceDate")]
    [InlineData("536365,85123A,HOLDER,6,01.12.2010,2.55,17850.0,United Kingdom", "InvoiceDate")]
    [InlineData("536365,85123A,HOLDER,6,2010-12-01 08:26:00,,17850.0,United Kingdom", "UnitPrice")]
    [InlineData("536365,85123A,HOLDER,6,2010-12-01 08:26:00,\"2,55\",17850.0,United Kingdom", "UnitPrice")]
    [InlineData("536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,someone,United Kingdom", "CustomerID")]
    [InlineData(",85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "InvoiceNo")]
    [InlineData("536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,", "Country")]
    [InlineData("536365,85123A,HOL\"DER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "quote")]
    [InlineData("536365,85123A,\"HOL\"DER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "quote")]
    [InlineData("536365,85123A,\"HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "not closed")]
    public void A_malformed_line_is_told_with_its_number_and_the_rest_goes_on(string broken, string reason)
    {
        var (lines, malformed) = Read(Header, Good, broken, Good);

        var (number, told) = Assert.Single(malformed);
        Assert.Equal(3, number);
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.Equal(["orders.csv:2", "orders.csv:4"], lines.Select(line => line.Id));
    }

    [Theory]
    [InlineData("HOLDER", "H\u00D6LDER")]
    [InlineData("United Kingdom", "R\u00C9union")]
    public void A_line_that_is_not_UTF_8_is_malformed(string text, string latin)
    {
        using var file = new TemporaryFile("orders.csv");
        File.WriteAllText(file.Path, string.Join('\n', Header, Good, Good.Replace(text, latin, StringComparison.Ordinal), Good), Encoding.Latin1);

        var (lines, malformed) = Read(file);

        Assert.Equal((3, "It is not UTF-8."), Assert.Single(malformed));
        Assert.Equal(["orders.csv:2", "orders.csv:4"], lines.Select(line => line.Id));
    }

    [Fact]
    public void A_line_may_hold_any_letters()
    {
        var (lines, malformed) = Read(Header, Good.Replace("HOLDER", "H\u00D6LDER \uFFFD", StringComparison.Ordinal));

        Assert.Empty(malformed);
        Assert.StartsWith("H\u00D6LDER \uFFFD", Assert.Single(lines).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quote_left_open_in_the_last_line_is_told()
    {
        var (lines, malformed) = Read(Header, Good, "536365,85123A,\"HOLDER");

        Assert.Equal(3, Assert.Single(malformed).Line);
        Assert.Single(lines);
    }

    [Fact]
    public void Empty_lines_count_but_are_no_fault()
    {
        var (lines, malformed) = Read(Header, "", Good);

        Assert.Empty(malformed);
        Assert.Equal("orders.csv:3", Assert.Single(lines).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c\n1,2,3")]
    public void A_file_of_something_else_is_refused(string content)
    {
        using var file = new TemporaryFile("orders.csv", content);

        var exception = Assert.Throws<InvalidDataException>(() => new OrderLineFile(file.Path, (_, _) => { }).ReadLines().ToList());

        Assert.Contains("InvoiceNo", exception.Message, StringComparison.Ordinal);
    }

    private static (List<OrderLine> Lines, List<(long Line, string Reason)> Malformed) Read(params string[] content)
    {
        using var file = new TemporaryFile("orders.csv", string.Join('\n', content));
        return Read(file);
    }

    private static (List<OrderLine> Lines, List<(long Line, string Reason)> Malformed) Read(TemporaryFile file)
    {
        var malformed = new List<(long, string)>();
        return (new OrderLineFile(file.Path, (line, reason) => malformed.Add((line, reason))).ReadLines().ToList(), malformed);
    }
}
